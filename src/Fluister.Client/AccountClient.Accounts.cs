using Fluister.Client.Accounts;
using Fluister.Client.Contacts;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;

namespace Fluister.Client;

/// <content>The account itself: how it is made, its devices, its profile, its username, its end.</content>
public sealed partial class AccountClient
{
    /// <summary>What is done beside messages.</summary>
    internal Upkeep Upkeep => _upkeep;

    /// <summary>Registers an account into a folder that has its key already, and opens it. Called again after a crash, it goes on where it
    /// stopped: neither is an invite used for nothing, nor are two accounts made.</summary>
    /// <param name="folder">The account's folder.</param>
    /// <param name="key">The key of the store.</param>
    /// <param name="request">With what.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancel">Ends it; what was done is kept.</param>
    /// <exception cref="ClientException">BadInput, Unreachable, UntrustedServer, Refused, RateLimited, InUse, Store.</exception>
    public static async Task<AccountClient> RegisterAsync(
        string folder, Secret key, RegisterRequest request, TimeProvider? clock = null, CancellationToken cancel = default)
    {
        await NewAccount.RegisterAsync(folder, key, request, clock ?? TimeProvider.System, RandomSource.System, cancel)
            .ConfigureAwait(false);
        return Open(folder, key, clock);
    }

    /// <summary>Makes this computer a device of an account that is there, and opens it. Called again after a crash, it goes on.</summary>
    /// <param name="folder">The folder of the account on this computer.</param>
    /// <param name="key">The key of the store.</param>
    /// <param name="request">With what.</param>
    /// <param name="show">Shows the code that the primary device scans (sgnl://linkdevice?...); again with a new one, when nobody used it
    /// in time.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ClientException">BadInput, Unreachable, UntrustedServer, Refused, Malformed, InUse, Store.</exception>
    public static async Task<AccountClient> LinkAsync(
        string folder, Secret key, LinkRequest request, Func<string, Task> show, TimeProvider? clock = null,
        CancellationToken cancel = default)
    {
        await NewAccount.LinkAsync(folder, key, request, show, clock ?? TimeProvider.System, RandomSource.System, cancel)
            .ConfigureAwait(false);
        return Open(folder, key, clock);
    }

    /// <summary>The account's devices.</summary>
    public Task<IReadOnlyList<AccountDevice>> DevicesAsync(CancellationToken cancel) => new DeviceList(_context).ListAsync(cancel);

    /// <summary>Links a device, whose code was scanned or pasted (sgnl://linkdevice?...): hands it the account, and waits until it is
    /// there. Only the primary does.</summary>
    /// <exception cref="ClientException">BadInput, NotFound: the device does not wait any more; Refused.</exception>
    public async Task<AccountDevice> LinkDeviceAsync(string url, CancellationToken cancel)
    {
        var linked = await new DeviceList(_context).LinkAsync(url, cancel).ConfigureAwait(false);
        _sender.OwnDevicesChanged();
        return linked;
    }

    /// <summary>Names a device: a primary any, a linked one itself.</summary>
    public Task RenameDeviceAsync(int device, string name, CancellationToken cancel) =>
        new DeviceList(_context).RenameAsync(device, name, cancel);

    /// <summary>Removes a linked device; only the primary does.</summary>
    public async Task RemoveDeviceAsync(int device, CancellationToken cancel)
    {
        await new DeviceList(_context).RemoveAsync(device, cancel).ConfigureAwait(false);
        _sender.OwnDevicesChanged();
    }

    /// <summary>Removes this linked device from the account; its history stays on this computer.</summary>
    /// <exception cref="ClientException">BadInput: it is the primary.</exception>
    public Task UnlinkAsync(CancellationToken cancel) => new DeviceList(_context).RemoveAsync(Self.Device, cancel);

    /// <summary>Deletes the account at its home server, for good, with all its devices; its history stays on this computer.</summary>
    /// <exception cref="ClientException">Refused: it is not the primary.</exception>
    public Task DeleteAccountAsync(CancellationToken cancel) => Self.IsPrimary
        ? _context.Api.DeleteAccountAsync(cancel)
        : throw new ClientException(ClientError.Refused, "Only the primary device deletes the account. This device can be unlinked.");

    /// <summary>The account's own profile.</summary>
    public OwnProfile Profile => new Profiles(_context, _sender).Own();

    /// <summary>Changes the account's own profile, and publishes it; where the server is not reached, later.</summary>
    /// <param name="profile">What is to be shown from now on; <see cref="OwnProfile.HasAvatar"/> false removes the picture.</param>
    /// <param name="avatar">A new picture; null for the one that there is.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ClientException">BadInput: something is too long.</exception>
    public async Task SetProfileAsync(OwnProfile profile, byte[]? avatar, CancellationToken cancel)
    {
        _context.Store.Transact(() => Profiles.Change(_context.Store, Self.Aci, profile));
        if (avatar is not null)
        {
            await _upkeep.AloneAsync(() => new Profiles(_context, _sender).PublishAsync(avatar, cancel), cancel).ConfigureAwait(false);
        }
        else
        {
            await _upkeep.DoAsync(UpkeepTask.PublishProfile, cancel).ConfigureAwait(false);
        }

        _upkeep.Wake();
    }

    /// <summary>Asks for a person's profile now.</summary>
    /// <returns>False where the account is not there (any more).</returns>
    public Task<bool> FetchProfileAsync(ServiceId person, CancellationToken cancel) =>
        new Profiles(_context, _sender).FetchAsync(person, cancel);

    /// <summary>The picture of a person, or of the account itself; null where there is none.</summary>
    public Task<byte[]?> AvatarAsync(ServiceId person, CancellationToken cancel) =>
        new Profiles(_context, _sender).AvatarAsync(person, cancel);

    /// <summary>Waits until what the account has to do beside messages is done: its profile published, what its other devices know
    /// read.</summary>
    public Task SettledAsync(CancellationToken cancel) =>
        _upkeep.DoAsync(_context.Store.Read(() => Accounts.Upkeep.Due(_context.Store.Items)), cancel);
}
