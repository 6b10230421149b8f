using System.Diagnostics.CodeAnalysis;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.PreKeys;
using Fluister.Server.Stores.Sqlite;

namespace Fluister.Simulation.Worlds;

/// <summary>An account of a world, and its devices.</summary>
internal sealed class WorldAccount
{
    // What is sent here is not encrypted, so that nobody needs keys of their own; they are signed as they should be all the same.
    private static readonly Lazy<(IdentityKeyPair Identity, PublishedKey Signed, PublishedKey Kem)> _keys = new(MakeKeys);

    private readonly List<WorldDevice> _devices = [];
    private readonly World _world;
    private readonly Dice _dice;

    /// <summary>Makes one that its server does not know yet.</summary>
    public WorldAccount(World world, WorldServer server, string name, Dice dice)
    {
        (_world, Server, Name, _dice) = (world, server, name, dice);
        Aci = server.Identity.Tag.Mint(dice);
        dice.Fill(AccessKey);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its home.</summary>
    public WorldServer Server { get; }

    /// <summary>Its id.</summary>
    public Guid Aci { get; }

    /// <summary>Who has it may send without saying who they are.</summary>
    public byte[] AccessKey { get; } = new byte[16];

    /// <summary>Whether it was deleted.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>Its devices that there are now.</summary>
    public IReadOnlyList<WorldDevice> Devices
    {
        get
        {
            lock (_devices)
            {
                return [.. _devices];
            }
        }
    }

    /// <summary>Registers it at its server, with some devices.</summary>
    public async Task RegisterAsync(int devices)
    {
        await WriteAsync(session =>
        {
            AccountStore.Insert(session, new Account
            {
                Aci = Aci,
                AciIdentity = _keys.Value.Identity.Public,
                AccessKey = AccessKey,
                Devices = [],
            });
            return true;
        }).ConfigureAwait(false);
        for (var device = 1; device <= devices; device++)
        {
            await LinkAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Links a device, under the first number that is free.</summary>
    public Task LinkAsync()
    {
        var taken = Devices.Select(device => device.Id).ToHashSet();
        return PutAsync(Enumerable.Range(Device.Primary, taken.Count + 1).First(id => !taken.Contains(id)));
    }

    /// <summary>A device begins anew, as after the loss of all that it had: with another registration id.</summary>
    public Task ReplaceAsync(WorldDevice device) => PutAsync(device.Id);

    /// <summary>Removes a linked device.</summary>
    public async Task RemoveAsync(WorldDevice device)
    {
        await WriteAsync(session => AccountStore.Update(session, Aci, account => account with
        {
            Devices = [.. account.Devices.Where(other => other.Id != device.Id)],
        })).ConfigureAwait(false);
        Forget(device);
    }

    /// <summary>Deletes it.</summary>
    public async Task DeleteAsync()
    {
        IsDeleted = true;
        await WriteAsync(session =>
        {
            AccountStore.Delete(session, Aci);
            return true;
        }).ConfigureAwait(false);
        foreach (var device in Devices)
        {
            Forget(device);
        }
    }

    /// <summary>Its server has begun anew from an old copy: devices that it does not know are gone.</summary>
    public void Reconcile()
    {
        var known = Server.Life!.Home.Accounts.Find(Aci);
        IsDeleted = known is null;
        foreach (var device in Devices)
        {
            if (known?.Find(device.Id)?.RegistrationId != device.Registration)
            {
                Forget(device);
            }
        }
    }

    private async Task PutAsync(int id)
    {
        var registration = _world.NextRegistration();
        var now = Server.Time.GetUtcNow();
        await WriteAsync(session =>
        {
            // Anew, so that nothing of what waited for the one before comes to this one, as where an account registers again.
            AccountStore.Update(session, Aci, account => account with
            {
                Devices = [.. account.Devices.Where(other => other.Id != id)],
            });
            AccountStore.Update(session, Aci, account => account with
            {
                Devices =
                [
                    .. account.Devices,
                    new Device
                    {
                        Id = id,
                        Password = PasswordHash.Of("a password", _dice),
                        RegistrationId = registration,
                        Created = now,
                        LastSeenDay = now,
                    },
                ],
            });
            PreKeyStore.Replace(session, Aci, id, ServiceIdKind.Aci, PreKeyKind.Signed, [_keys.Value.Signed]);
            PreKeyStore.Replace(session, Aci, id, ServiceIdKind.Aci, PreKeyKind.LastResortKem, [_keys.Value.Kem]);
            return true;
        }).ConfigureAwait(false);
        if (Devices.FirstOrDefault(other => other.Id == id) is { } before)
        {
            Forget(before);
        }

        lock (_devices)
        {
            _devices.Add(new WorldDevice(_world, this, id, registration, _dice.Fork($"device {registration}")));
        }
    }

    private void Forget(WorldDevice device)
    {
        lock (_devices)
        {
            _devices.Remove(device);
        }

        device.Leave();
    }

    private Task<T> WriteAsync<T>(Func<SqliteSession, T> work) => Server.Life!.Database.WriteAsync(work);

    [SuppressMessage("Reliability", "CA2000", Justification = "Kept as long as the process.")]
    private static (IdentityKeyPair Identity, PublishedKey Signed, PublishedKey Kem) MakeKeys()
    {
        var identity = IdentityKeyPair.Generate(RandomSource.System);
        var (signed, kem) = (KeyPair.Generate(RandomSource.System).Public, KemKeyPair.Generate(RandomSource.System).Public);
        return (
            identity,
            new PublishedKey(1, signed.Serialized.ToArray(), identity.Private.Sign(signed.Serialized, RandomSource.System)),
            new PublishedKey(2, kem.Serialized.ToArray(), identity.Private.Sign(kem.Serialized, RandomSource.System)));
    }
}
