using Fluister.Server.Messages;
using Fluister.Server.Profiles;
using Fluister.Server.Requests;
using Fluister.Wire.Json;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <content>Profiles, accounts and identity keys of peers' accounts, asked for by clients here.</content>
internal sealed partial class Relay
{
    /// <summary>An id as it crosses.</summary>
    public static ByteString Id(Guid id) => UnsafeByteOperations.UnsafeWrap(id.ToByteArray(bigEndian: true));

    /// <summary>A profile of a peer's account; none where it says that there is no such account.</summary>
    /// <remarks>None is kept: each contact's is asked for about once a day, and an old one would hide a change.</remarks>
    /// <param name="peer">Its home.</param>
    /// <param name="aci">Whose.</param>
    /// <param name="request">Who asks, which version, and the access key where they do not say who they are.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RefusedException">401: the access key does not open the account, or there is none. 429. 503: the peer is not
    /// reached.</exception>
    public async Task<ProfileJson?> FindProfileAsync(Peer peer, Guid aci, Request request, CancellationToken cancellation)
    {
        var version = request.Values.TryGetValue("version", out var text) && Profile.IsVersion(text) ? text.ToLowerInvariant() : null;
        var answer = await AskAsync<ProfileResponse>(
            peer,
            "profile",
            new ProfileRequest { Aci = Id(aci), Version = version ?? "", Asker = Asker(request) },
            cancellation).ConfigureAwait(false);

        // A device that says who it is would take 401 for its own credentials.
        return answer.Found switch
        {
            Found.Found => ProfileAnswer.Read(answer, aci, version) ?? throw Unreached(),
            Found.Nobody when request.Caller is not null => null,
            Found.Nobody or Found.NotAuthorized when request.Caller is null => throw new RefusedException(401),
            _ => throw Unreached(),
        };
    }

    /// <summary>Whether a peer's account exists; one whose devices are known here does.</summary>
    /// <exception cref="RefusedException">503: the peer is not reached.</exception>
    public async Task<bool> ExistsAsync(Peer peer, Guid aci, CancellationToken cancellation) =>
        Accounts.Known(aci) is { Devices.Count: > 0 }
        || (await AskAsync<ExistsResponse>(peer, "exists", new ExistsRequest { Aci = Id(aci) }, cancellation).ConfigureAwait(false)).Exists;

    /// <summary>The identity keys of peers' accounts that are others than somebody knows; what a peer does not answer is left
    /// out.</summary>
    public async Task<IReadOnlyList<(Guid Aci, byte[] Key)>> CompareIdentitiesAsync(
        IReadOnlyList<(Guid Aci, byte[] Fingerprint)> known, CancellationToken cancellation)
    {
        var different = new List<(Guid, byte[])>();
        var homes = known.DistinctBy(check => check.Aci)
            .GroupBy(check => PeerOf(check.Aci)).Where(home => home.Key is not null).Take(ServerLimits.IdentityPeers);
        var each = new ParallelOptions { MaxDegreeOfParallelism = ServerLimits.PeersAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(homes, each, async (home, stopping) =>
        {
            var found = await CompareAsync(home.Key!, home.ToDictionary(), stopping).ConfigureAwait(false);
            lock (different)
            {
                different.AddRange(found);
            }
        }).ConfigureAwait(false);
        return different;
    }

    private Asker Asker(Request request)
    {
        if (request.Caller is { } caller)
        {
            return new Asker { Aci = Id(caller.Account.Aci) };
        }

        var key = UnidentifiedAccess.Read(request.Header("Unidentified-Access-Key"));
        if (key.IsEmpty)
        {
            throw new RefusedException(401);
        }

        _limits.Take(ServerLimits.RemoteProfile, request.Origin);
        return new Asker { AccessKey = UnsafeByteOperations.UnsafeWrap(key) };
    }

    private async Task<List<(Guid Aci, byte[] Key)>> CompareAsync(
        Peer peer, Dictionary<Guid, byte[]> known, CancellationToken cancellation)
    {
        var request = new IdentitiesRequest();
        request.Checks.AddRange(known.Select(check =>
            new IdentitiesRequest.Types.Check { Aci = Id(check.Key), Fingerprint = UnsafeByteOperations.UnsafeWrap(check.Value) }));
        IdentitiesResponse answer;
        try
        {
            answer = await AskAsync<IdentitiesResponse>(peer, "identities", request, cancellation).ConfigureAwait(false);
        }
        catch (RefusedException)
        {
            return [];
        }

        // Each once, of those that were asked for, and only what is a key and another one.
        var different = new List<(Guid, byte[])>();
        foreach (var identity in answer.Identities)
        {
            var key = identity.IdentityKey.ToByteArray();
            if (identity.Aci.Length == 16 && new Guid(identity.Aci.Span, bigEndian: true) is var aci
                && known.Remove(aci, out var fingerprint) && ProfileAnswer.IsKey(key) && !IdentityFingerprint.Fits(key, fingerprint))
            {
                different.Add((aci, key));
            }
        }

        return different;
    }
}
