using Fluister.Client.Contacts;
using Fluister.Client.Contacts.Storage;
using Fluister.Client.Contents;
using Fluister.Client.Sending;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;
using Asked = Fluister.Wire.Protos.SyncMessage.Types.Request.Types.Type;

namespace Fluister.Client.Accounts;

/// <summary>What each <see cref="UpkeepTask"/> is.</summary>
internal sealed class UpkeepWork(ClientContext context, Sender sender)
{
    /// <summary>How many kinds there are.</summary>
    public const int Kinds = 8;

    private readonly Profiles _profiles = new(context, sender);
    private readonly StorageSync _storage = new(context, sender);

    /// <summary>Does one.</summary>
    public Task DoAsync(UpkeepTask task, CancellationToken cancel) => task switch
    {
        UpkeepTask.AskDevices => AskDevicesAsync(),
        UpkeepTask.Account => ReadAccountAsync(cancel),
        UpkeepTask.ReadStorage => _storage.ReadAsync(cancel),
        UpkeepTask.WriteStorage => _storage.WriteAsync(cancel),
        UpkeepTask.OwnProfile => _profiles.FetchAsync(context.Self.Aci, cancel),
        UpkeepTask.PublishProfile => _profiles.PublishAsync(null, cancel),
        UpkeepTask.Profiles => ReadProfilesAsync(cancel),
        UpkeepTask.Attributes => SetAttributesAsync(cancel),
        _ => Task.CompletedTask,
    };

    private Task AskDevicesAsync()
    {
        context.Store.Transact(() =>
        {
            foreach (var what in new[] { Asked.Keys, Asked.Blocked, Asked.Configuration, Asked.Contacts })
            {
                Syncs.Enqueue(context, sender, new SyncMessage { Request = new SyncMessage.Types.Request { Type = what } });
            }
        });
        sender.Wake();
        return Task.CompletedTask;
    }

    // A profile that cannot be read does not keep the others from being read.
    private async Task ReadProfilesAsync(CancellationToken cancel)
    {
        while (_profiles.Unread() is { Count: > 0 } unread)
        {
            foreach (var person in unread)
            {
                try
                {
                    await _profiles.FetchAsync(person, cancel).ConfigureAwait(false);
                }
                catch (ClientException wrong) when (wrong.Error is ClientError.Malformed or ClientError.Refused)
                {
                    _profiles.Skip(person);
                }
            }
        }
    }

    private async Task ReadAccountAsync(CancellationToken cancel)
    {
        var account = await context.Api.WhoAmIAsync(cancel).ConfigureAwait(false);
        var self = context.Self;
        if (account.Uuid != self.Aci.Uuid)
        {
            throw new ClientException(ClientError.Malformed, "The home server says that this is another account.");
        }

        var pni = account.Pni is { } uuid ? ServiceId.Pni(uuid) : (ServiceId?)null;
        if (pni == self.Pni && account.Number == self.Number && Equal(account.AuthCredentialSalt, self.CredentialSalt))
        {
            return;
        }

        // A number's id without its key is of no use; a linked device is given the key by its primary.
        if (pni == self.Pni)
        {
            context.Store.Transact(() =>
                context.Become(context.Self with { Number = account.Number, CredentialSalt = account.AuthCredentialSalt }));
        }
    }

    private async Task SetAttributesAsync(CancellationToken cancel)
    {
        var self = context.Self;
        using var access = self.ProfileKey.AccessKey();
        using var svr = self.EntropyPool.SvrKey();
        using var recovery = svr.RegistrationRecoveryPassword();
        var name = context.Store.Read(() => context.Store.Items.Text("device_name"));
        await context.Api.SetAttributesAsync(
            new AccountAttributesJson
            {
                FetchesMessages = true,
                RegistrationId = (int)self.RegistrationId,
                PniRegistrationId = self.PniIdentity is null ? null : (int)self.PniRegistrationId,
                Name = name is null ? null : Protocol.Devices.DeviceName.Encrypt(name, self.AciIdentity.Public, context.Random),
                UnidentifiedAccessKey = access.Reveal().ToArray(),
                RecoveryPassword = recovery.Reveal().ToArray(),
                Capabilities = DeviceAttributes.Capabilities,
            },
            cancel).ConfigureAwait(false);
    }

    private static bool Equal(byte[]? a, byte[]? b) => (a ?? []).AsSpan().SequenceEqual(b ?? []);
}
