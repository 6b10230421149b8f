using Fluister.Protocol.Usernames;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;

namespace Fluister.Server.Usernames;

/// <summary>Usernames, of which the server knows hashes only, and their links, of which it knows ciphertexts only.</summary>
/// <remarks>A username is reserved for some minutes and then taken, with a proof that its name is known, so that hashes cannot be taken at
/// random. One that is given up stays the account's for some days, so that nobody slips into it.</remarks>
internal sealed class UsernameBook(
    SqliteDatabase database, AccountStore accounts, RateLimits limits, ServerClock clock, ServerTag tag, RemoteUsernames others)
{
    private const int Reserved = 0;
    private const int Former = 1;

    /// <summary>Reserves the first of some usernames that is free; none where no one is.</summary>
    /// <exception cref="RefusedException">422, 429.</exception>
    public Task<byte[]?> ReserveAsync(Caller caller, IReadOnlyList<byte[]> hashes)
    {
        var aci = caller.Account.Aci;
        limits.Take(ServerLimits.UsernameReserve, aci);
        if (hashes.Count is 0 or > ServerLimits.ProposedUsernames || hashes.Any(hash => hash.Length != Username.HashBytes))
        {
            throw new RefusedException(422);
        }

        return database.WriteAsync(session =>
        {
            session.Run("DELETE FROM username_hold WHERE expires <= ?1", clock.Now.ToUnixTimeMilliseconds());

            // The username that the account has need not be reserved.
            var current = AccountStore.Find(session, aci)?.UsernameHash;
            if (current is not null && hashes.Any(hash => hash.AsSpan().SequenceEqual(current)))
            {
                return current;
            }

            var free = hashes.FirstOrDefault(hash => IsFree(session, aci, hash));
            if (free is not null)
            {
                LetReservedGo(session, aci);
                Hold(session, aci, free, Reserved, ServerLimits.UsernameReservation);
            }

            return free;
        });
    }

    /// <summary>Takes a reserved username; with an encrypted username its link is made as well, without one there is none then.</summary>
    /// <exception cref="RefusedException">422: no proof; 429.</exception>
    public Task<UsernameOutcome> ConfirmAsync(Caller caller, byte[] hash, byte[] proof, byte[]? encrypted)
    {
        var aci = caller.Account.Aci;
        if (encrypted?.Length is 0 or > ServerLimits.EncryptedUsername || !Username.VerifyProof(proof, hash))
        {
            throw new RefusedException(422);
        }

        limits.Take(ServerLimits.UsernameSet, aci);
        return database.WriteAsync<UsernameOutcome>(session =>
        {
            var account = AccountStore.Find(session, aci) ?? throw new RefusedException(401);
            var isOwn = account.UsernameHash?.AsSpan().SequenceEqual(hash) == true;
            if (!isOwn && !IsReserved(session, aci, hash))
            {
                return new UsernameOutcome.NotReserved();
            }

            if (!IsFree(session, aci, hash))
            {
                return new UsernameOutcome.Unavailable();
            }

            if (isOwn && encrypted is null)
            {
                return new UsernameOutcome.Taken(hash, account.UsernameLink);
            }

            Guid? link = encrypted is null ? null : isOwn ? account.UsernameLink ?? clock.NewGuid(tag) : clock.NewGuid(tag);
            session.Run("DELETE FROM username_hold WHERE hash = ?1", hash);
            AccountStore.Update(
                session, aci, before => before with { UsernameHash = hash, UsernameLink = link, EncryptedUsername = encrypted });
            if (!isOwn)
            {
                KeepFormer(session, account);
            }

            return new UsernameOutcome.Taken(hash, link);
        });
    }

    /// <summary>Gives the username up, and its link.</summary>
    public Task DeleteAsync(Caller caller) => database.WriteAsync(session =>
    {
        if (AccountStore.Find(session, caller.Account.Aci) is { } account)
        {
            AccountStore.Update(
                session, account.Aci, before => before with { UsernameHash = null, UsernameLink = null, EncryptedUsername = null });
            KeepFormer(session, account);
        }

        return true;
    });

    /// <summary>Whose a username is.</summary>
    /// <param name="hash">Its hash.</param>
    /// <param name="domain">The home server whose it is; where none is given this one's, and then any other's that is known.</param>
    /// <param name="origin">From where it is asked.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="RefusedException">403: the domain is not known here; 422, 429; 503: that server is not reached.</exception>
    public async ValueTask<Guid?> FindAsync(byte[] hash, string? domain, ulong origin, CancellationToken cancellation = default)
    {
        if (hash.Length != Username.HashBytes)
        {
            throw new RefusedException(422);
        }

        limits.Take(ServerLimits.UsernameLookup, origin);
        return domain is null
            ? Find(hash) ?? await others.FindAsync(hash, cancellation).ConfigureAwait(false)
            : others.IsOwn(domain) ? Find(hash) : await others.FindAsync(hash, domain, cancellation).ConfigureAwait(false);
    }

    /// <summary>Whose a username is, of the accounts here.</summary>
    public Guid? Find(byte[] hash) => accounts.FindByUsername(hash) is { IsDisabled: false } account ? account.Aci : null;

    /// <summary>Makes the username's link, or makes it anew; the handle, or none where the account has no username.</summary>
    /// <exception cref="RefusedException">422, 429.</exception>
    public async Task<Guid?> SetLinkAsync(Caller caller, byte[] encrypted, bool keepsHandle)
    {
        limits.Take(ServerLimits.UsernameLinkOperation, caller.Account.Aci);
        if (encrypted.Length is 0 or > ServerLimits.EncryptedUsername)
        {
            throw new RefusedException(422);
        }

        var handle = clock.NewGuid(tag);
        var account = await accounts.UpdateAsync(caller.Account.Aci, before => before.UsernameHash is null ? before : before with
        {
            UsernameLink = keepsHandle ? before.UsernameLink ?? handle : handle,
            EncryptedUsername = encrypted,
        }).ConfigureAwait(false);
        return account?.UsernameLink;
    }

    /// <summary>Ends the username's link.</summary>
    /// <exception cref="RefusedException">429.</exception>
    public Task DeleteLinkAsync(Caller caller)
    {
        limits.Take(ServerLimits.UsernameLinkOperation, caller.Account.Aci);
        return accounts.UpdateAsync(caller.Account.Aci, before => before with { UsernameLink = null, EncryptedUsername = null });
    }

    /// <summary>The encrypted username behind a link.</summary>
    /// <exception cref="RefusedException">429; 503: the home server of the link is not reached.</exception>
    public async ValueTask<byte[]?> FindLinkAsync(Guid handle, ulong origin, CancellationToken cancellation = default)
    {
        limits.Take(ServerLimits.UsernameLinkLookup, origin);
        return FindLink(handle) ?? await others.FindLinkAsync(handle, cancellation).ConfigureAwait(false);
    }

    /// <summary>The encrypted username behind a link of an account here.</summary>
    public byte[]? FindLink(Guid handle) =>
        accounts.FindByUsernameLink(handle) is { IsDisabled: false } account ? account.EncryptedUsername : null;

    private static bool IsFree(SqliteSession session, Guid aci, byte[] hash) => session.First(
        """
        SELECT NOT EXISTS (SELECT 1 FROM account WHERE username_hash = ?1 AND aci <> ?2)
            AND NOT EXISTS (SELECT 1 FROM username_hold WHERE hash = ?1 AND aci <> ?2)
        """,
        row => row.GetBoolean(0),
        hash,
        AccountStore.Bytes(aci));

    private bool IsReserved(SqliteSession session, Guid aci, byte[] hash) => session.First(
        "SELECT 1 FROM username_hold WHERE hash = ?1 AND aci = ?2 AND kind = ?3 AND expires > ?4",
        row => row.GetBoolean(0),
        hash,
        AccountStore.Bytes(aci),
        Reserved,
        clock.Now.ToUnixTimeMilliseconds());

    private void KeepFormer(SqliteSession session, Account before)
    {
        if (before.UsernameHash is not { } hash)
        {
            return;
        }

        Hold(session, before.Aci, hash, Former, ServerLimits.FormerUsername);
        session.Run(
            """
            DELETE FROM username_hold WHERE aci = ?1 AND kind = ?2 AND hash NOT IN
                (SELECT hash FROM username_hold WHERE aci = ?1 AND kind = ?2 ORDER BY expires DESC LIMIT ?3)
            """,
            AccountStore.Bytes(before.Aci),
            Former,
            ServerLimits.FormerUsernames);
    }

    // One that was reserved; where it was a former one before, it is that again.
    private void LetReservedGo(SqliteSession session, Guid aci)
    {
        session.Run(
            "UPDATE username_hold SET kind = ?2 WHERE aci = ?1 AND kind = ?3 AND expires > ?4",
            AccountStore.Bytes(aci),
            Former,
            Reserved,
            (clock.Now + ServerLimits.UsernameReservation).ToUnixTimeMilliseconds());
        session.Run("DELETE FROM username_hold WHERE aci = ?1 AND kind = ?2", AccountStore.Bytes(aci), Reserved);
    }

    // What the account holds already it does not hold for a shorter time by that.
    private void Hold(SqliteSession session, Guid aci, byte[] hash, int kind, TimeSpan age) => session.Run(
        """
        INSERT INTO username_hold (hash, aci, kind, expires) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (hash) DO UPDATE SET
            aci = ?2, kind = ?3, expires = CASE WHEN aci = ?2 THEN max(expires, ?4) ELSE ?4 END
        """,
        hash,
        AccountStore.Bytes(aci),
        kind,
        (clock.Now + age).ToUnixTimeMilliseconds());
}
