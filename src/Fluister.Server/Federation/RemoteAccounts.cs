using System.Collections.Concurrent;
using Fluister.Server.Accounts;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Federation;

/// <summary>The device lists of peers' accounts that somebody here has written to, in the table remote_account: asked for once, and pushed
/// by their homes from then on. In memory too.</summary>
/// <remarks>A home takes a list's version before it looks at the account, so of two lists the one with the higher version is never the
/// older; it stays, however they come.</remarks>
internal sealed class RemoteAccounts
{
    private readonly RemoteAccountCache _cache = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource<RemoteAccount?>> _asking = [];
    private readonly SqliteDatabase _database;
    private readonly PeerClient _client;
    private readonly RateLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>Keeps lists in a database, and those that are asked for in memory.</summary>
    public RemoteAccounts(SqliteDatabase database, PeerClient client, RateLimits limits, TimeProvider time)
    {
        (_database, _client, _limits, _time) = (database, client, limits, time);
        database.Follow(_cache);
    }

    /// <summary>How many are held in memory.</summary>
    public int Cached => _cache.Count;

    /// <summary>An account as it is known here, or none; nobody is asked.</summary>
    public RemoteAccount? Known(Guid aci)
    {
        if (_cache.Find(aci) is { } held)
        {
            return held;
        }

        var changes = _cache.Changes;
        var account = _database.Read(session => session.First(
            "SELECT list, peer, asked FROM remote_account WHERE aci = ?1", Read, AccountStore.Bytes(aci)));
        if (account is not null)
        {
            _cache.Add(account, changes);
        }

        return account;
    }

    /// <summary>An account, as it is known or as its home says; none where its home says that there is none.</summary>
    /// <param name="peer">Its home.</param>
    /// <param name="aci">The account.</param>
    /// <param name="cancellation">Gives up; whoever else waits for the same goes on.</param>
    /// <param name="asker">Whose asking is limited, where its home must be asked.</param>
    /// <exception cref="RefusedException">429: too many unknown ones; 503: its home is not reached, and nothing is known.</exception>
    public ValueTask<RemoteAccount?> FindAsync(Peer peer, Guid aci, CancellationToken cancellation, LimitKey? asker = null)
    {
        if (Known(aci) is not { } known)
        {
            if (asker is { } key)
            {
                _limits.Take(ServerLimits.RemoteAccountsAsked, key);
            }

            return new(AskForAsync(peer, aci, cancellation));
        }

        if (peer.IsOpen && known.Asked + ServerLimits.RemoteAccountAge <= _time.GetUtcNow())
        {
            // It serves meanwhile, and if its home does not answer, for longer.
            _cache.Replace(
                known, known with { Asked = _time.GetUtcNow() - ServerLimits.RemoteAccountAge + ServerLimits.RemoteAccountRetry });
            _ = RefreshAsync(peer, aci);
        }

        return new(known.IsThere ? known : null);
    }

    /// <summary>Asks the home of an unknown account, which nobody waits for; unless too many were asked for.</summary>
    public void Ask(Peer peer, Guid aci, LimitKey asker)
    {
        if (_limits.Wait(ServerLimits.RemoteAccountsAsked, asker) is null)
        {
            _ = RefreshAsync(peer, aci);
        }
    }

    /// <summary>Reads a list that came with an answer; none where it is no list that this peer may give.</summary>
    public RemoteAccount? Read(Peer peer, DeviceList list) => RemoteAccount.Read(peer.Tag, list, _time.GetUtcNow());

    /// <summary>Takes a list that came with an answer, unless a later one is known; the account as it is known then.</summary>
    /// <exception cref="PeerException">It is no list that this peer may give.</exception>
    public async Task<RemoteAccount> KeepAsync(Peer peer, DeviceList list)
    {
        var given = Read(peer, list)
            ?? throw new PeerException(PeerError.Malformed, $"{peer.Said.Domain} gives a device list that is none of its own.");
        await _database.WriteAsync(session => session.Run(
            """
            INSERT INTO remote_account (aci, peer, version, list, asked) SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (
                SELECT 1 FROM peer WHERE tag = ?2)
            ON CONFLICT (aci) DO UPDATE SET asked = ?5, version = MAX(version, ?3), list = IIF(?3 > version, ?4, list)
            """,
            AccountStore.Bytes(given.Aci),
            (long)peer.Tag.Value,
            given.Version,
            given.Write().ToByteArray(),
            given.Asked.ToUnixTimeMilliseconds())).ConfigureAwait(false);
        return Known(given.Aci) ?? given;
    }

    /// <summary>Takes a pushed list, or a correction, within somebody's transaction: if the account is known, is the peer's own, and no
    /// later list is known.</summary>
    public void Apply(SqliteSession session, ServerTag peer, DeviceList list)
    {
        if (RemoteAccount.Read(peer, list, _time.GetUtcNow()) is { } given)
        {
            session.Run(
                "UPDATE remote_account SET version = ?3, list = ?4, asked = ?5 WHERE aci = ?1 AND peer = ?2 AND version < ?3",
                AccountStore.Bytes(given.Aci),
                (long)peer.Value,
                given.Version,
                given.Write().ToByteArray(),
                given.Asked.ToUnixTimeMilliseconds());
        }
    }

    /// <summary>Its home has deleted an account, or says that there is none; within somebody's transaction.</summary>
    public static void Delete(SqliteSession session, ServerTag peer, Guid aci) => Delete(session, peer, aci, long.MaxValue);

    /// <summary>Deletes those that nobody has written to for long, and the oldest where there are too many.</summary>
    public Task<int> PurgeAsync() => _database.WriteAsync(session =>
        session.Run(
            "DELETE FROM remote_account WHERE asked <= ?1", (_time.GetUtcNow() - ServerLimits.RemoteAccountKept).ToUnixTimeMilliseconds())
        + session.Run(
            """
            DELETE FROM remote_account WHERE asked <= (SELECT asked FROM remote_account ORDER BY asked DESC LIMIT 1 OFFSET ?1)
            """,
            ServerLimits.RemoteAccounts));

    private static int Delete(SqliteSession session, ServerTag peer, Guid aci, long version) => session.Run(
        "DELETE FROM remote_account WHERE aci = ?1 AND peer = ?2 AND version <= ?3", AccountStore.Bytes(aci), (long)peer.Value, version);

    private static RemoteAccount? Read(SqliteDataReader row) => RemoteAccount.Read(
        new ServerTag((ulong)row.GetInt64(1)),
        DeviceList.Parser.ParseFrom((byte[])row[0]),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(2)));

    private async Task<RemoteAccount?> AskForAsync(Peer peer, Guid aci, CancellationToken cancellation)
    {
        try
        {
            return await AskOnceAsync(peer, aci).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (PeerException failed)
        {
            throw Relay.Unreached(failed.RetryAfter);
        }
    }

    private async Task RefreshAsync(Peer peer, Guid aci)
    {
        try
        {
            await AskOnceAsync(peer, aci).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Nobody waits for it, and what is known serves on.
        catch (Exception)
#pragma warning restore CA1031
        {
            // It is asked again after a while.
        }
    }

    // Those who ask for the same at the same time ask once.
    private Task<RemoteAccount?> AskOnceAsync(Peer peer, Guid aci)
    {
        if (!peer.IsOpen || _asking.Count >= ServerLimits.RemoteAccountsAtOnce)
        {
            throw new PeerException(PeerError.Busy, $"{peer.Said.Domain} is not asked now.");
        }

        var own = new TaskCompletionSource<RemoteAccount?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = _asking.GetOrAdd(aci, own);
        if (asking == own)
        {
            _ = AnswerAsync(peer, aci, own);
        }

        return asking.Task;
    }

    private async Task AnswerAsync(Peer peer, Guid aci, TaskCompletionSource<RemoteAccount?> asking)
    {
        try
        {
            asking.SetResult(await AskAsync(peer, aci).ConfigureAwait(false));
        }
#pragma warning disable CA1031 // Whatever it is, those who wait hear of it.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            asking.SetException(failed);
        }
        finally
        {
            _asking.TryRemove(aci, out _);
        }
    }

    private async Task<RemoteAccount?> AskAsync(Peer peer, Guid aci)
    {
        var before = Known(aci);
        var id = ByteString.CopyFrom(AccountStore.Bytes(aci));
        var answer = await _client.AskAsync<DevicesResponse>(
            peer, "devices", new DevicesRequest { Aci = id }, ServerLimits.PeerPatience, CancellationToken.None).ConfigureAwait(false);
        if (answer.List is null)
        {
            if (before is not null)
            {
                await _database.WriteAsync(session => Delete(session, peer.Tag, aci, before.Version)).ConfigureAwait(false);
            }

            return null;
        }

        if (answer.List.Aci != id)
        {
            throw new PeerException(PeerError.Malformed, $"{peer.Said.Domain} gives another account's devices.");
        }

        var account = await KeepAsync(peer, answer.List).ConfigureAwait(false);
        return account.IsThere ? account : null;
    }
}
