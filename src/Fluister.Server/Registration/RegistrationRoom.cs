using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.Devices;
using Fluister.Server.Identity;
using Fluister.Server.Invites;
using Fluister.Server.Limits;
using Fluister.Server.Profiles;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Json;

namespace Fluister.Server.Registration;

/// <summary>Makes accounts, and gives one that is there to the person whose it is, on a new device.</summary>
/// <remarks>A number is a label that anybody can name. So an invite makes a new account and never gives an old one; that takes the
/// account's recovery password, or an invite together with its registration lock.</remarks>
internal sealed class RegistrationRoom(
    SqliteDatabase database,
    VerificationSessions sessions,
    ConnectedDevices connected,
    ServerIdentity server,
    RateLimits limits,
    TimeProvider time,
    RandomSource random)
{
    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes => [new("POST", "/v1/registration", Access.Anyone, RegisterAsync)];

    private static IdentityKey Key(byte[] bytes)
    {
        try
        {
            return IdentityKey.Read(bytes);
        }
        catch (ProtocolException)
        {
            throw new RefusedException(422);
        }
    }

    private static void Check(RegistrationJson body)
    {
        var attributes = body.AccountAttributes;
        Attributes.Check(attributes);
        object?[] given = [body.SessionId, body.RecoveryPassword, body.ReceiptCredentialPresentation];
        var proofs = given.Count(proof => proof is not null);
        var channels = (attributes.FetchesMessages ? 1 : 0) + (body.GcmToken is null ? 0 : 1) + (body.ApnToken is null ? 0 : 1);
        if (proofs != 1 || channels != 1)
        {
            throw new RefusedException(422);
        }

        // Accounts without a number come with credentials that this server does not give yet.
        if (body.ReceiptCredentialPresentation is not null)
        {
            throw new RefusedException(403);
        }

        if (attributes.PniRegistrationId is null || body.PniIdentityKey is null)
        {
            throw new RefusedException(422);
        }
    }

    private async ValueTask<Response> RegisterAsync(Request request, CancellationToken cancellation)
    {
        var given = Authenticator.Read(request.Header("Authorization")) ?? throw new RefusedException(401);
        var body = request.Json(WireJson.Default.RegistrationJson);
        Check(body);
        var (aciKey, pniKey) = (Key(body.AciIdentityKey), Key(body.PniIdentityKey!));
        var keys = new DeviceKeys(
            aciKey, pniKey, (body.AciSignedPreKey, body.AciPqLastResortPreKey), (body.PniSignedPreKey, body.PniPqLastResortPreKey));
        var fresh = Fresh(body, aciKey, pniKey, given.Password);
        limits.Take(ServerLimits.Registration, LimitKey.Of(given.Name));

        var session = body.SessionId is { } id ? Verified(id, given.Name) : null;
        var (account, before) = await database.WriteAsync(connection => session is null
            ? Recover(connection, body, given.Name, fresh, keys)
            : Register(connection, body, session, fresh, keys)).ConfigureAwait(false);
        if (before is not null)
        {
            await connected.DisconnectAsync(before.Aci, before.Devices.Select(device => device.Id)).ConfigureAwait(false);
        }

        var described = AccountRoom.Describe(account) with
        {
            Reregistration = before is not null,
            StorageCapable = before is not null && Capabilities.Has(before, Capabilities.Storage),
        };
        return Response.Json(described, WireJson.Default.AccountIdentityJson);
    }

    private VerificationSession Verified(string id, string number) =>
        sessions.Find(id) is { IsVerified: true, Invite: not null } session
            ? session.Number == number ? session : throw new RefusedException(400)
            : throw new RefusedException(401);

    private (Account Account, Account? Before) Register(
        SqliteSession connection, RegistrationJson body, VerificationSession session, Account fresh, DeviceKeys keys)
    {
        var existing = AccountStore.FindByNumber(connection, session.Number);
        if (existing is not null && (existing.IsDisabled || LockExpires(existing) is null))
        {
            throw new RefusedException(403);
        }

        // First, so that two who come with one invite at once do not both get on; taken back where the rest is refused.
        if (!InviteStore.Use(connection, session.Invite!, time.GetUtcNow()))
        {
            throw new RefusedException(403);
        }

        if (existing is not null)
        {
            return Replace(connection, existing, body, fresh, keys);
        }

        var account = Attributes.Apply(fresh with { Number = session.Number }, body.AccountAttributes, random);
        AccountStore.Insert(connection, account);
        keys.Publish(connection, account.Aci, Device.Primary);
        return (account, null);
    }

    // No account and a wrong password are one answer.
    private (Account Account, Account? Before) Recover(
        SqliteSession connection, RegistrationJson body, string name, Account fresh, DeviceKeys keys)
    {
        var existing = Guid.TryParseExact(name, "D", out var aci)
            ? AccountStore.Find(connection, aci)
            : AccountStore.FindByNumber(connection, name);
        return Attributes.Recovers(existing, body.RecoveryPassword) && existing is { IsDisabled: false }
            ? Replace(connection, existing, body, fresh, keys)
            : throw new RefusedException(403);
    }

    private (Account Account, Account? Before) Replace(
        SqliteSession connection, Account existing, RegistrationJson body, Account fresh, DeviceKeys keys)
    {
        if (!body.SkipDeviceTransfer && Capabilities.Has(existing, Capabilities.Transfer))
        {
            throw new RefusedException(409);
        }

        CheckLock(existing, body.AccountAttributes.RegistrationLock);

        // Its devices go with their mailboxes and keys, since nobody can read these any more.
        AccountStore.Update(connection, existing.Aci, account => account with { Devices = [] });
        ProfileStore.Delete(connection, existing.Aci);
        var after = AccountStore.Update(connection, existing.Aci, account => Attributes.Apply(
            account with { AciIdentity = fresh.AciIdentity, PniIdentity = fresh.PniIdentity, Devices = fresh.Devices },
            body.AccountAttributes,
            random));
        keys.Publish(connection, existing.Aci, Device.Primary);
        return (after!, existing);
    }

    private void CheckLock(Account account, string? given)
    {
        if (LockExpires(account) is not { } expires)
        {
            return;
        }

        if (!string.IsNullOrEmpty(given))
        {
            limits.Take(ServerLimits.Pin, account.Aci);
        }

        if (!account.RegistrationLock!.Fits(given ?? ""))
        {
            var failure = new RegistrationLockFailureJson((long)(expires - time.GetUtcNow()).TotalMilliseconds);
            throw new RefusedException(Response.Json(failure, WireJson.Default.RegistrationLockFailureJson, 423));
        }

        limits.Clear(ServerLimits.Pin, account.Aci);
    }

    // A lock holds while the account is used, and some days more.
    private DateTimeOffset? LockExpires(Account account)
    {
        if (account.RegistrationLock is null)
        {
            return null;
        }

        var expires = account.Devices.Max(device => device.LastSeenDay) + ServerLimits.RegistrationLockAge;
        return expires > time.GetUtcNow() ? expires : null;
    }

    private Account Fresh(RegistrationJson body, IdentityKey aciKey, IdentityKey pniKey, string password)
    {
        var attributes = body.AccountAttributes;
        var now = time.GetUtcNow();
        return new Account
        {
            Aci = server.Tag.Mint(random),
            Pni = server.Tag.Mint(random),
            AciIdentity = aciKey,
            PniIdentity = pniKey,
            Devices =
            [
                new Device
                {
                    Id = Device.Primary,
                    Password = PasswordHash.Of(password, random),
                    RegistrationId = attributes.RegistrationId,
                    PniRegistrationId = attributes.PniRegistrationId,
                    Name = attributes.Name,
                    Capabilities = Capabilities.Read(attributes.Capabilities),
                    Created = now,
                    LastSeenDay = ServerClock.Day(now),
                },
            ],
        };
    }
}
