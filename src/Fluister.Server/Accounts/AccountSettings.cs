using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server.Avatars;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Json;

namespace Fluister.Server.Accounts;

/// <summary>What an account changes of itself.</summary>
internal sealed class AccountSettings(
    SqliteDatabase database, AccountStore accounts, ConnectedDevices connected, TimeProvider time, RandomSource random)
{
    /// <summary>The avatars, where there are some.</summary>
    public AvatarFiles? Avatars { get; init; }

    /// <summary>Other home servers.</summary>
    public required Relay Relay { get; init; }

    /// <summary>What the calling device says of the account and of itself.</summary>
    /// <exception cref="RefusedException">422: out of bounds.</exception>
    public Task SetAttributesAsync(Caller caller, AccountAttributesJson attributes)
    {
        Attributes.Check(attributes);
        var capabilities = attributes.Capabilities is null ? null : Capabilities.Read(attributes.Capabilities);
        return UpdateAsync(caller, account => Attributes.Apply(account, attributes, random).With(caller.Device.Id, device => device with
        {
            Name = attributes.Name,
            Capabilities = capabilities ?? device.Capabilities,
            LastSeenDay = ServerClock.Day(time.GetUtcNow()),
        }));
    }

    /// <summary>Sets the registration lock, or takes it away.</summary>
    /// <exception cref="RefusedException">422: not a lock.</exception>
    public Task SetRegistrationLockAsync(Caller caller, string? registrationLock)
    {
        if (registrationLock is not null && registrationLock.Length != ServerLimits.RegistrationLock)
        {
            throw new RefusedException(422);
        }

        var hash = registrationLock is null ? null : PasswordHash.Of(registrationLock, random);
        return UpdateAsync(caller, account => account with { RegistrationLock = hash });
    }

    /// <summary>Sets the password that registers the account again.</summary>
    /// <exception cref="RefusedException">422: not 32 bytes.</exception>
    public Task SetRecoveryPasswordAsync(Caller caller, ReadOnlyMemory<byte> password)
    {
        if (password.Length != ServerLimits.RecoveryPassword)
        {
            throw new RefusedException(422);
        }

        var hash = Attributes.Recovery(password.Span, random);
        return UpdateAsync(caller, account => account with { RecoveryPassword = hash });
    }

    /// <summary>Whether the account may be found by its number.</summary>
    public Task SetDiscoverableAsync(Caller caller, bool isDiscoverable) =>
        UpdateAsync(caller, account => account with { IsDiscoverable = isDiscoverable });

    /// <summary>Who may send without saying who they are: those who have a key, or anybody.</summary>
    /// <exception cref="RefusedException">422: neither a key nor everybody.</exception>
    public Task SetAccessAsync(Caller caller, byte[]? key, bool isUnrestricted)
    {
        if (key is null ? !isUnrestricted : key.Length != ServerLimits.AccessKey)
        {
            throw new RefusedException(422);
        }

        return UpdateAsync(caller, account => account with { AccessKey = key, IsUnrestricted = isUnrestricted });
    }

    /// <summary>Whether there is an account with an id; one that is disabled is as good as none.</summary>
    /// <exception cref="RefusedException">503: its home is another server, which is not reached.</exception>
    public async ValueTask<bool> ExistsAsync(ServiceId id, CancellationToken cancellation = default) =>
        id.Kind == ServiceIdKind.Aci && Relay.PeerOf(id.Uuid) is { } peer
            ? await Relay.ExistsAsync(peer, id.Uuid, cancellation).ConfigureAwait(false)
            : accounts.Find(id) is { IsDisabled: false };

    /// <summary>Deletes the caller's account with everything of it, and ends its devices' connections.</summary>
    /// <param name="caller">Its primary.</param>
    /// <param name="afterwards">Takes what ends the connections, to do it when the answer is on its way; else they end at once.</param>
    public async Task DeleteAsync(Caller caller, Action<Func<Task>>? afterwards = null)
    {
        var aci = caller.Account.Aci;
        var devices = await database.WriteAsync(session =>
        {
            List<int> ids = [.. AccountStore.Find(session, aci)?.Devices.Select(device => device.Id) ?? []];
            AccountStore.Delete(session, aci);
            return ids;
        }).ConfigureAwait(false);
        await connected.DisconnectAsync(aci, devices, afterwards).ConfigureAwait(false);
        if (Avatars is not null)
        {
            await Avatars.DeleteGoneAsync().ConfigureAwait(false);
        }
    }

    private async Task UpdateAsync(Caller caller, Func<Account, Account> change)
    {
        if (await accounts.UpdateAsync(caller.Account.Aci, change).ConfigureAwait(false) is null)
        {
            throw new RefusedException(401);
        }
    }
}
