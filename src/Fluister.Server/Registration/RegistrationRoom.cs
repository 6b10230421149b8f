using Fluister.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Devices;
using Fluister.Server.Identity;
using Fluister.Server.Invites;
using Fluister.Server.Limits;
using Fluister.Server.Operations;
using Fluister.Server.Profiles;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Json;

namespace Fluister.Server.Registration;

/// <summary>Makes accounts, and gives one that is there to the person whose it is, on a new device.</summary>
/// <remarks>A number is a label that anybody can name. So an invite makes a new account and never gives an old one; that takes the
/// account's recovery password, or an invite together with its registration lock. A receipt, which an invite has bought, makes an account
/// without a number.</remarks>
internal sealed partial class RegistrationRoom(
    SqliteDatabase database,
    VerificationSessions sessions,
    ConnectedDevices connected,
    ServerIdentity server,
    RateLimits limits,
    ServerOptions options,
    TimeProvider time,
    RandomSource random)
{
    // Of any name and by any proof: whoever chooses the names that are tried chooses the buckets of ServerLimits.Registration.
    private readonly Limit _ofOrigin = Limit.OfRegistrations(options, "registrationOfOrigin");

    /// <summary>What can be asked.</summary>
    public IEnumerable<Route> Routes => [new("POST", "/v1/registration", Access.Anyone, RegisterAsync)];

    private async ValueTask<Response> RegisterAsync(Request request, CancellationToken cancellation)
    {
        var given = Authenticator.Read(request.Header("Authorization")) ?? throw new RefusedException(401);
        limits.Take(_ofOrigin, request.Origin);
        var newcomer = new Newcomer(request.Json(WireJson.Default.RegistrationJson));
        if (newcomer.Body.ReceiptCredentialPresentation is { Length: > 0 } presentation)
        {
            // The name says nothing: there is no number, and the account's id is not known yet.
            var (made, earlier) = await RedeemAsync(newcomer, presentation, given.Password).ConfigureAwait(false);
            return await AnswerAsync(made, earlier, isReregistration: false, storage: made).ConfigureAwait(false);
        }

        var isAccount = Guid.TryParseExact(given.Name, "D", out var aci);
        limits.Take(ServerLimits.Registration, isAccount ? aci : LimitKey.Of(given.Name));
        var (account, before) = isAccount
            ? await RecoverAsync(newcomer, aci, given.Password).ConfigureAwait(false)
            : await RegisterNumberAsync(newcomer, given.Name, given.Password).ConfigureAwait(false);
        return await AnswerAsync(account, before, isReregistration: before is not null, storage: before).ConfigureAwait(false);
    }

    // Ends the connections of the devices that went. Whether there may be something in storage is asked of the account as it was; of one
    // that a receipt made, as it is.
    private async Task<Response> AnswerAsync(Account account, Account? before, bool isReregistration, Account? storage)
    {
        if (before is not null)
        {
            await connected.DisconnectAsync(before.Aci, before.Devices.Select(device => device.Id)).ConfigureAwait(false);
        }

        var described = AccountRoom.Describe(account) with
        {
            Reregistration = isReregistration,
            StorageCapable = storage is not null && Capabilities.Has(storage, Capabilities.Storage),
        };
        return Response.Json(described, WireJson.Default.AccountIdentityJson);
    }

    private async Task<(Account Account, Account? Before)> RegisterNumberAsync(Newcomer newcomer, string number, string password)
    {
        if (!newcomer.HasNumberKeys)
        {
            throw new RefusedException(422);
        }

        var session = newcomer.Body.SessionId is { Length: > 0 } id ? Verified(id, number) : null;
        var fresh = newcomer.Account(password, server.Tag, time.GetUtcNow(), random);
        return await database.WriteAsync(connection => session is null
            ? Recover(connection, newcomer, AccountStore.FindByNumber(connection, number), fresh)
            : Register(connection, newcomer, session, fresh)).ConfigureAwait(false);
    }

    private VerificationSession Verified(string id, string number) =>
        sessions.Find(id) is { IsVerified: true, Invite: not null } session
            ? session.Number == number ? session : throw new RefusedException(400)
            : throw new RefusedException(401);

    private (Account Account, Account? Before) Register(
        SqliteSession connection, Newcomer newcomer, VerificationSession session, Account fresh)
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
            CheckReplacing(existing, newcomer);
            return Replace(connection, existing, newcomer, fresh);
        }

        return (Insert(connection, newcomer, fresh with { Number = session.Number }, newcomer.Keys), null);
    }

    // No account and a wrong password are one answer.
    private (Account Account, Account? Before) Recover(SqliteSession connection, Newcomer newcomer, Account? existing, Account fresh)
    {
        if (!Attributes.Recovers(existing, newcomer.Body.RecoveryPassword) || existing is not { IsDisabled: false })
        {
            throw new RefusedException(403);
        }

        CheckReplacing(existing, newcomer);
        return Replace(connection, existing, newcomer, fresh);
    }

    private Account Insert(SqliteSession connection, Newcomer newcomer, Account fresh, DeviceKeys keys)
    {
        var account = Attributes.Apply(fresh, newcomer.Body.AccountAttributes, random);
        AccountStore.Insert(connection, account);
        keys.Publish(connection, account.Aci, Device.Primary);
        return account;
    }

    private void CheckReplacing(Account existing, Newcomer newcomer)
    {
        // An account with a number takes keys for it; one without has none, and keys that come all the same are not looked at.
        if (existing.Number is not null && !newcomer.HasNumberKeys)
        {
            throw new RefusedException(400);
        }

        if (!newcomer.Body.SkipDeviceTransfer && Capabilities.Has(existing, Capabilities.Transfer))
        {
            throw new RefusedException(409);
        }

        CheckLock(existing, newcomer.Body.AccountAttributes.RegistrationLock);
    }

    // An account keeps what is its own, such as its ids, its number and its username; the new device brings the rest. Its devices go with
    // their mailboxes and keys, since nobody can read these any more.
    private (Account Account, Account? Before) Replace(SqliteSession connection, Account existing, Newcomer newcomer, Account fresh)
    {
        AccountStore.Update(connection, existing.Aci, account => account with { Devices = [] });
        ProfileStore.Delete(connection, existing.Aci);
        var after = AccountStore.Update(connection, existing.Aci, account => Attributes.Apply(
            account with
            {
                AciIdentity = fresh.AciIdentity,
                PniIdentity = fresh.PniIdentity,
                CredentialSalt = fresh.CredentialSalt,
                Devices = fresh.Devices,
            },
            newcomer.Body.AccountAttributes,
            random));
        (existing.Number is null ? newcomer.KeysWithoutNumber : newcomer.Keys).Publish(connection, existing.Aci, Device.Primary);
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
}
