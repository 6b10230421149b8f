using System.Buffers.Binary;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Json;

namespace Fluister.Server.Devices;

/// <summary>An account's devices: what they are called, what they can do, how one comes and goes.</summary>
internal sealed class DeviceBook(
    SqliteDatabase database,
    AccountStore accounts,
    ConnectedDevices connected,
    LinkTokens tokens,
    RateLimits limits,
    TimeProvider time,
    RandomSource random)
{
    /// <summary>Devices that were linked, by account and token, for the primary that waits for them.</summary>
    public Rendezvous<(Guid Aci, string TokenIdentifier), DeviceJson> Linked { get; } = new(time);

    /// <summary>All devices of the caller's account.</summary>
    public IReadOnlyList<DeviceJson> List(Caller caller) =>
        [.. caller.Account.Devices.Select(device => Describe(caller.Account, device))];

    /// <summary>Names a device: a primary any, a linked one itself.</summary>
    /// <exception cref="RefusedException">404, 403, 422.</exception>
    public async Task RenameAsync(Caller caller, int device, byte[] name)
    {
        if (name.Length is 0 or > ServerLimits.DeviceName)
        {
            throw new RefusedException(422);
        }

        if (caller.Account.Find(device) is null)
        {
            throw new RefusedException(404);
        }

        if (!caller.Device.IsPrimary && caller.Device.Id != device)
        {
            throw new RefusedException(403);
        }

        await UpdateAsync(caller, device, before => before with { Name = name }).ConfigureAwait(false);
    }

    /// <summary>Says what the calling device can do.</summary>
    /// <exception cref="RefusedException">422.</exception>
    public Task SetCapabilitiesAsync(Caller caller, IReadOnlyDictionary<string, bool> capabilities)
    {
        var names = Capabilities.Read(capabilities);
        return UpdateAsync(caller, caller.Device.Id, device => device with { Capabilities = names });
    }

    /// <summary>Removes a linked device with its mailbox and keys, and ends its connection; a primary any, a linked one itself.</summary>
    /// <param name="caller">Who removes it.</param>
    /// <param name="device">The device.</param>
    /// <param name="afterwards">Takes what ends the connection, to do it when the answer is on its way; without it it ends at once.</param>
    /// <exception cref="RefusedException">401: another's; 403: the primary.</exception>
    public async Task RemoveAsync(Caller caller, int device, Action<Func<Task>>? afterwards = null)
    {
        if (!caller.Device.IsPrimary && caller.Device.Id != device)
        {
            throw new RefusedException(401);
        }

        if (device == Device.Primary)
        {
            throw new RefusedException(403);
        }

        await accounts.UpdateAsync(caller.Account.Aci, account => account with
        {
            Devices = [.. account.Devices.Where(other => other.Id != device)],
        }).ConfigureAwait(false);
        await connected.DisconnectAsync(caller.Account.Aci, [device], afterwards).ConfigureAwait(false);
    }

    /// <summary>A token by which one device may be linked.</summary>
    /// <exception cref="RefusedException">401: not the primary; 411: no room; 429.</exception>
    public LinkTokenJson Allocate(Caller caller)
    {
        limits.Take(ServerLimits.AllocateDevice, caller.Account.Aci);
        if (caller.Account.Devices.Count >= ServerLimits.Devices)
        {
            throw new RefusedException(411);
        }

        if (!caller.Device.IsPrimary)
        {
            throw new RefusedException(401);
        }

        var token = tokens.Generate(caller.Account.Aci);
        return new LinkTokenJson(token, LinkTokens.Identifier(token));
    }

    /// <summary>Links a device.</summary>
    /// <exception cref="RefusedException">403: the token; 409: it can less than the account's other devices; 411: no room; 422: keys or
    /// attributes; 429.</exception>
    public async Task<LinkedDeviceJson> LinkAsync(string password, LinkDeviceJson given)
    {
        var attributes = given.AccountAttributes;
        if (tokens.Read(given.VerificationCode) is not { } aci || accounts.Find(aci) is not { IsDisabled: false } account)
        {
            throw new RefusedException(403);
        }

        limits.Take(ServerLimits.VerifyDevice, aci);
        Attributes.Check(attributes);
        var capabilities = Capabilities.Read(attributes.Capabilities ?? throw new RefusedException(422));
        var keys = new DeviceKeys(
            account.AciIdentity,
            account.PniIdentity,
            (given.AciSignedPreKey, given.AciPqLastResortPreKey),
            (given.PniSignedPreKey, given.PniPqLastResortPreKey));
        if (account.PniIdentity is not null && attributes.PniRegistrationId is null)
        {
            throw new RefusedException(422);
        }

        var now = time.GetUtcNow();
        var device = new Device
        {
            Id = 0,
            Password = PasswordHash.Of(password, random),
            RegistrationId = attributes.RegistrationId,
            PniRegistrationId = account.PniIdentity is null ? null : attributes.PniRegistrationId,
            Name = attributes.Name,
            Capabilities = capabilities,
            Created = now,
            LastSeenDay = ServerClock.Day(now),
        };
        var (linked, id) = await database.WriteAsync(session =>
        {
            var id = 0;
            var after = AccountStore.Update(session, aci, current =>
            {
                id = FreeId(current, capabilities);
                return current with { Devices = [.. current.Devices, device with { Id = id }] };
            }) ?? throw new RefusedException(403);
            if (!LinkTokens.Use(session, given.VerificationCode, now) || !after.AciIdentity.Equals(account.AciIdentity))
            {
                throw new RefusedException(403);
            }

            keys.Publish(session, aci, id);
            return (after, id);
        }).ConfigureAwait(false);
        Linked.Leave((aci, LinkTokens.Identifier(given.VerificationCode)), Describe(linked, linked.Find(id)!));
        return new LinkedDeviceJson(aci, id, linked.Pni);
    }

    private static int FreeId(Account account, IReadOnlyList<string> capabilities)
    {
        if (Capabilities.IsDowngrade(account, capabilities))
        {
            throw new RefusedException(409);
        }

        return account.Devices.Count < ServerLimits.Devices
            ? Enumerable.Range(Device.Primary, ServerLimits.Devices + 1).First(candidate => account.Find(candidate) is null)
            : throw new RefusedException(411);
    }

    private Task UpdateAsync(Caller caller, int id, Func<Device, Device> change) =>
        accounts.UpdateAsync(caller.Account.Aci, account => account.With(id, change));

    // When a device was linked is told to the account alone: sealed to its identity key, bound to the device.
    private DeviceJson Describe(Account account, Device device)
    {
        Span<byte> created = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(created, device.Created.ToUnixTimeMilliseconds());
        Span<byte> bound = stackalloc byte[1 + sizeof(int)];
        bound[0] = (byte)device.Id;
        BinaryPrimitives.WriteInt32BigEndian(bound[1..], device.RegistrationId);
        return new DeviceJson(
            device.Id,
            device.LastSeenDay.ToUnixTimeMilliseconds(),
            device.RegistrationId,
            account.AciIdentity.Key.Seal(created, "deviceCreatedAt"u8, bound, random),
            device.Name);
    }
}
