using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.PreKeys;

/// <content>Keys of peers' accounts: their home is asked, and what it gives is checked before a client sees it.</content>
internal sealed partial class PreKeyRoom
{
    private const int ClaimBytes = 16;

    private static TakenKeys Checked(ClaimResponse.Types.DeviceKeys keys, IdentityKey identity) => new(
        PublishedKey.Signed(Id(keys.Signed), keys.Signed.Public.ToByteArray(), keys.Signed.Signature.ToByteArray(), identity),
        keys.OneTime is { } oneTime ? PublishedKey.OneTime(Id(oneTime), oneTime.Public.ToByteArray()) : null,
        PublishedKey.Kem(Id(keys.Kem), keys.Kem.Public.ToByteArray(), keys.Kem.Signature.ToByteArray(), identity));

    // As clients hold it: a signed number of 32 bits.
    private static uint Id(ClaimResponse.Types.Key? key) => key is { Id: <= int.MaxValue } ? key.Id : throw new RefusedException(422);

    private async Task<(bool IsAllowed, Bundles? Bundles)> TakeAsync(Peer peer, ServiceId target, int? device, Asker asker)
    {
        // The ids of numbers are nobody's business but their home's.
        if (target.Kind != ServiceIdKind.Aci || device is <= 0 or > Device.Most)
        {
            return (asker.AskerCase == Asker.AskerOneofCase.Aci, null);
        }

        var claim = new byte[ClaimBytes];
        random.Fill(claim);
        var answer = await ClaimAsync(peer, new ClaimRequest
        {
            Claim = ByteString.CopyFrom(claim),
            Aci = ByteString.CopyFrom(AccountStore.Bytes(target.Uuid)),
            Device = (uint)(device ?? 0),
            Asker = asker,
        }).ConfigureAwait(false);
        switch (answer.Found)
        {
            case Found.Found:
                var bundles = await KeepAsync(peer, target.Uuid, device, answer).ConfigureAwait(false);
                return (true, bundles.Devices.Count > 0 ? bundles : null);
            case Found.Nobody:
                return (asker.AskerCase == Asker.AskerOneofCase.Aci, null);
            case Found.NotAuthorized when asker.AskerCase == Asker.AskerOneofCase.AccessKey:
                return (false, null);
            default:
                throw Relay.Unreached();
        }
    }

    // An answer that was lost is asked for again, by the same claim, so that it costs no second key.
    private async Task<ClaimResponse> ClaimAsync(Peer peer, ClaimRequest request)
    {
        if (!peer.IsOpen)
        {
            throw Relay.Unreached();
        }

        for (var isAgain = false; ; isAgain = true)
        {
            try
            {
                return await relay.Client.AskAsync<ClaimResponse>(
                    peer, "keys", request, ServerLimits.PeerPatience / 2, CancellationToken.None).ConfigureAwait(false);
            }
            catch (PeerException failed) when (isAgain || failed.Error is not (PeerError.Unreachable or PeerError.Malformed))
            {
                throw Relay.Unreached(failed.RetryAfter);
            }
            catch (PeerException)
            {
                // Once more.
            }
        }
    }

    private async Task<Bundles> KeepAsync(Peer peer, Guid aci, int? device, ClaimResponse answer)
    {
        try
        {
            if (relay.Accounts.Read(peer, answer.List ?? new DeviceList()) is not { IsThere: true } given || given.Aci != aci
                || answer.Devices.Count > given.Devices.Count
                || answer.Devices.Any(keys => keys.Device != (uint?)device && device is not null
                    || given.RegistrationId((int)keys.Device) != keys.RegistrationId)
                || answer.Devices.DistinctBy(keys => keys.Device).Count() != answer.Devices.Count)
            {
                throw Relay.Unreached();
            }

            var identity = IdentityKey.Read(given.IdentityKey);
            var bundles = Bundles.Of(
                given,
                [.. answer.Devices.Select(keys => ((int)keys.Device, (int)keys.RegistrationId, Checked(keys, identity)))]);
            await relay.Accounts.KeepAsync(peer, answer.List!).ConfigureAwait(false);
            return bundles;
        }
        catch (Exception wrong) when (wrong is PeerException or RefusedException { Response.Status: 422 })
        {
            throw Relay.Unreached();
        }
    }
}
