using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Fingerprints;
using Fluister.Protocol.Keys;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contacts;

/// <summary>Comparing identity keys: safety numbers, what the owner says of them, and whether the server still names the same
/// ones.</summary>
internal sealed class SafetyNumbers(ClientContext context, Sender sender)
{
    private const int FingerprintBytes = 4;

    private ClientStore Store => context.Store;

    /// <summary>The safety number with a person, by the key that is known of them.</summary>
    /// <exception cref="ClientException">NotFound: no key is known yet.</exception>
    public SafetyNumber Of(ServiceId person)
    {
        var fingerprint = Compute(person);
        return new SafetyNumber(fingerprint.Digits, fingerprint.Scannable.Write());
    }

    /// <summary>Compares with what a camera read from the person's screen.</summary>
    /// <exception cref="ClientException">NotFound; BadInput: no code of a safety number.</exception>
    public FingerprintMatch Compare(ServiceId person, ReadOnlySpan<byte> scanned)
    {
        try
        {
            return Compute(person).Scannable.Compare(ScannableFingerprint.Read(scanned));
        }
        catch (ProtocolException wrong)
        {
            throw new ClientException(ClientError.BadInput, "That is no code of a safety number. Scan the person's again.", wrong);
        }
    }

    /// <summary>Within a transaction: says that a person's key was compared, or is not to count as compared any more. Other devices are
    /// told.</summary>
    /// <exception cref="ClientException">NotFound: no key is known yet.</exception>
    public void Mark(ServiceId person, bool isVerified)
    {
        var known = Known(person);
        var state = isVerified ? Verification.Verified : Verification.Default;
        Store.Identities.Save(person, known with { Verification = state, IsAccepted = true });
        var row = Store.Conversations.GetOrAdd(person);
        row.Json["verified"] = (int)state;
        row.Json["needsStorageServiceSync"] = true;
        Store.Conversations.Save(row);
        Upkeep.Need(Store.Items, UpkeepTask.WriteStorage);
        if (known.Verification == state)
        {
            return;
        }

        Note(row, isVerified);
        Syncs.Enqueue(context, sender, new SyncMessage
        {
            Verified = new Verified
            {
                DestinationAci = person.ToString(),
                DestinationAciBinary = ByteString.CopyFrom(person.ToBytes()),
                IdentityKey = ByteString.CopyFrom(known.Key.Serialized),
                State = (Verified.Types.State)(int)state,
            },
        });
    }

    /// <summary>Within a transaction: a key that took the place of one that was verified may be written to from now on; it is not
    /// verified.</summary>
    /// <exception cref="ClientException">NotFound: no key is known yet.</exception>
    public void Accept(ServiceId person)
    {
        var known = Known(person);
        if (known.IsAccepted)
        {
            return;
        }

        Store.Identities.Save(person, known with { IsAccepted = true, Verification = Verification.Default });
        var row = Store.Conversations.GetOrAdd(person);
        row.Json["verified"] = (int)Verification.Default;
        row.Json["needsStorageServiceSync"] = true;
        Store.Conversations.Save(row);
        Upkeep.Need(Store.Items, UpkeepTask.WriteStorage);
    }

    /// <summary>Asks the server, without saying who asks, whether it names the same identity keys as are known; others are taken.</summary>
    /// <returns>The people whose key has changed.</returns>
    public async Task<IReadOnlyList<ServiceId>> CheckAsync(CancellationToken cancel)
    {
        ServiceId[] people = [.. Store.Read(() => Store.Conversations.All()).Select(row => row.ServiceId).OfType<ServiceId>()
            .Where(person => person != context.Self.Aci && person != context.Self.Pni)];
        List<ServiceId> changed = [];
        foreach (var some in people.Chunk(ClientLimits.IdentityChecks))
        {
            var asked = Store.Read(() => some.Select(person => (Person: person, Store.Identities.Find(person)?.Key))
                .Where(known => known.Key is not null)
                .ToDictionary(known => known.Person.ToString(), known => Check(known.Person, known.Key!.Value)));
            if (asked.Count == 0)
            {
                continue;
            }

            foreach (var other in await context.Api.CheckIdentitiesAsync([.. asked.Values], cancel).ConfigureAwait(false))
            {
                if (asked.ContainsKey(other.Uuid) && ServiceId.TryParse(other.Uuid, out var person) && Take(person, other.IdentityKey))
                {
                    changed.Add(person);
                }
            }
        }

        return changed;
    }

    private static IdentityCheckJson Check(ServiceId person, IdentityKey key) =>
        new(person.ToString(), SHA256.HashData(key.Serialized)[..FingerprintBytes]);

    private bool Take(ServiceId person, byte[] serialized)
    {
        IdentityKey key;
        try
        {
            key = IdentityKey.Read(serialized);
        }
        catch (ProtocolException wrong)
        {
            throw new ClientException(ClientError.Malformed, "The home server names an identity key that is none.", wrong);
        }

        var identities = new IdentityChanges(context);
        var change = Store.Transact(() =>
        {
            var taken = identities.Take(person, key);
            identities.ArchiveOthers(person, key);
            return taken;
        });
        if (change is not null)
        {
            context.Tell(change);
        }

        return change is not null;
    }

    private Fingerprint Compute(ServiceId person)
    {
        var theirs = person == context.Self.Aci
            ? throw new ClientException(ClientError.BadInput, "There is no safety number with oneself.")
            : Store.Read(() => Known(person)).Key;
        return Fingerprint.Compute(context.Self.Aci.ToBytes(), context.Self.AciIdentity.Public, person.ToBytes(), theirs);
    }

    private KnownIdentity Known(ServiceId person) => Store.Identities.Find(person) ?? throw new ClientException(
        ClientError.NotFound, "No key of this person is known yet. Write to them first, or have their profile fetched.");

    // In the history, as Signal Desktop notes it.
    private void Note(StoredConversation row, bool isVerified)
    {
        var now = context.Clock.GetUtcNow();
        Store.Messages.Add(new StoredMessage
        {
            Id = RowUuid.New(now),
            ConversationId = row.Id,
            Type = "verified-change",
            SentAt = now.ToUnixTimeMilliseconds(),
            ReceivedAt = now.ToUnixTimeMilliseconds(),
            Json = new JsonObject { ["verifiedChanged"] = row.Id, ["verified"] = isVerified, ["local"] = true },
        });
    }
}
