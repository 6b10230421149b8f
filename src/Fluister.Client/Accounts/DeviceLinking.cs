using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Provisioning;
using Fluister.Wire.Json;

namespace Fluister.Client.Accounts;

/// <summary>Makes this computer a device of an account that is there: shows a code, takes what the primary hands over, and links.</summary>
/// <remarks>What was handed over is in the store before the link is asked for, and an answer that was lost is looked for: the device has
/// the password that it drew.</remarks>
/// <param name="store">The store of the device to be.</param>
/// <param name="api">Requests of somebody who has no account.</param>
/// <param name="wait">Waits for the primary.</param>
/// <param name="mostDevices">As many as an account may have, from the server's descriptor.</param>
/// <param name="clock">The time.</param>
/// <param name="random">Randomness.</param>
internal sealed class DeviceLinking(
    ClientStore store, HomeServerApi api, ProvisioningWait wait, int mostDevices, TimeProvider clock, RandomSource random)
{
    /// <summary>Links; where that was begun before, goes on.</summary>
    /// <param name="deviceName">What the device is to be called.</param>
    /// <param name="show">Shows a code; again with a new one when nobody used it in time.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ClientException">Refused: the primary's token, the number of devices; Malformed: what the primary handed
    /// over.</exception>
    public async Task<Self> RunAsync(string deviceName, Func<string, Task> show, CancellationToken cancel)
    {
        var pending = store.Read(() => PendingAccount.Load(store.Items));
        if (pending is { LinkToken: null })
        {
            throw RegistrationRefusal.BegunOtherwise();
        }

        // Begun before: either the server has linked the device, or the token may be good still; if neither, it begins anew.
        if (pending is not null && await FindAsync(pending, cancel).ConfigureAwait(false) is { } before)
        {
            return before;
        }

        if (pending is not null && await AskAsync(pending, cancel).ConfigureAwait(false) is (not null and var again, _))
        {
            return again;
        }

        pending = await BeTakenAsync(deviceName, show, cancel).ConfigureAwait(false);
        store.Transact(() => pending.Save(store.Items));
        var (self, status) = await AskAsync(pending, cancel).ConfigureAwait(false);
        return self ?? throw Refusal(status);
    }

    private static ClientException Refusal(int status) => new(ClientError.Refused, status switch
    {
        403 => "The home server does not take the primary device's permission (any more). Begin to link again.",
        409 => "The account's devices can do what this program cannot. Update this program.",
        411 => "The account has as many devices as it may have. Remove one on the primary device, and link again.",
        _ => "The home server does not link this device: what was sent is not as it wants it.",
    });

    private static ClientException Malformed(Exception? cause) => new(
        ClientError.Malformed,
        "What the other device handed over cannot be read: it scanned another code, or somebody stands in between. Begin to link again.",
        cause);

    private async Task<PendingAccount> BeTakenAsync(string deviceName, Func<string, Task> show, CancellationToken cancel)
    {
        while (true)
        {
            using var shown = KeyPair.Generate(random);
            var envelope = await wait.WaitAsync(address => show(new LinkingUrl(address, shown.Public, []).ToString()), cancel)
                .ConfigureAwait(false);
            if (envelope is not null)
            {
                return Open(envelope, shown.Private, deviceName);
            }
        }
    }

    private PendingAccount Open(byte[] envelope, PrivateKey shown, string deviceName)
    {
        try
        {
            using var message = ProvisioningCipher.Decrypt(envelope, shown);
            if (message is not { EntropyPool: { } pool, ProfileKey: { } profileKey, Code: { Length: > 0 } code }
                || (message.Pni is null) != (message.PniIdentity is null))
            {
                throw Malformed(null);
            }

            using var secrets = new DeviceSecrets
            {
                Password = DeviceSecrets.DrawPassword(random),
                RegistrationId = DeviceSecrets.DrawRegistrationId(random),
                PniRegistrationId = message.Pni is null ? 0 : DeviceSecrets.DrawRegistrationId(random),
                AciIdentity = message.AciIdentity,
                PniIdentity = message.PniIdentity,
                ProfileKey = profileKey,
                EntropyPool = pool,
            };
            return PendingAccount.Of(secrets) with
            {
                Aci = message.Aci.Uuid,
                Pni = message.Pni?.Uuid,
                Number = message.Number,
                LinkToken = code,
                DeviceName = deviceName,
                ReadReceipts = message.ReadReceipts,
            };
        }
        catch (ProtocolException wrong)
        {
            throw Malformed(wrong);
        }
    }

    private async Task<(Self? Self, int Status)> AskAsync(PendingAccount pending, CancellationToken cancel)
    {
        var secrets = pending.Secrets();
        var (signed, lastResort) = FirstPreKeys.Of(store, ServiceIdKind.Aci, secrets.AciIdentity, clock, random);
        var (pniSigned, pniLastResort) = secrets.PniIdentity is { } pni
            ? FirstPreKeys.Of(store, ServiceIdKind.Pni, pni, clock, random)
            : default((SignedPreKeyJson?, SignedPreKeyJson?));
        var body = new LinkDeviceJson
        {
            VerificationCode = pending.LinkToken!,
            AccountAttributes = DeviceAttributes.Of(secrets, pending.DeviceName, isPrimary: false, random),
            AciSignedPreKey = signed,
            AciPqLastResortPreKey = lastResort,
            PniSignedPreKey = pniSigned,
            PniPqLastResortPreKey = pniLastResort,
        };
        var name = pending.Number ?? $"{pending.Aci}";
        var (device, status) = await api.LinkDeviceAsync(name, secrets.Password, body, cancel).ConfigureAwait(false);
        if (device is null)
        {
            secrets.Dispose();
            return (null, status);
        }

        return device.Uuid == pending.Aci && device.Pni == pending.Pni
            ? (Finish(pending, secrets, device.DeviceId), 200)
            : throw new ClientException(
                ClientError.Malformed, "The home server linked this device to another account than the primary device said.");
    }

    // A device that the server has linked, but did not get to say so.
    private async Task<Self?> FindAsync(PendingAccount pending, CancellationToken cancel)
    {
        var secrets = pending.Secrets();
        var aci = ServiceId.Aci(pending.Aci!.Value);
        var most = Math.Clamp(mostDevices, 1, ClientLimits.Devices);
        for (var device = 2; device <= most + 1; device++)
        {
            if (await IsDeviceAsync(new LinkIdentity(aci, device, secrets.Password), cancel).ConfigureAwait(false))
            {
                return Finish(pending, secrets, device);
            }
        }

        secrets.Dispose();
        return null;
    }

    private async Task<bool> IsDeviceAsync(LinkIdentity device, CancellationToken cancel)
    {
        var link = new HomeServerLink(api.Link.Server, device, clock, random);
        await using var _ = link.ConfigureAwait(false);
        link.Start(withMessages: false);
        try
        {
            await new HomeServerApi(link).WhoAmIAsync(cancel).ConfigureAwait(false);
            return true;
        }
        catch (ClientException unknown) when (unknown.Error == ClientError.Unlinked)
        {
            return false;
        }
    }

    private Self Finish(PendingAccount pending, DeviceSecrets secrets, int device)
    {
        var pni = pending.Pni is { } uuid ? ServiceId.Pni(uuid) : (ServiceId?)null;
        var self = secrets.Become(ServiceId.Aci(pending.Aci!.Value), pni, pending.Number, device, null);
        store.Transact(() =>
        {
            store.Items.Save(self);
            store.Items.SetText("device_name", pending.DeviceName);
            store.Conversations.GetOrAdd(self.Aci);
            store.Items.SetFlag("read-receipt-setting", pending.ReadReceipts);
            Upkeep.Need(
                store.Items, UpkeepTask.AskDevices | UpkeepTask.Account | UpkeepTask.ReadStorage | UpkeepTask.OwnProfile);
            PendingAccount.Remove(store.Items);
        });
        return self;
    }
}
