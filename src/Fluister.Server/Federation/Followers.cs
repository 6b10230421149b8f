using Fluister.Server.Accounts;
using Fluister.Server.Profiles;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Federation;

/// <summary>Which peers know which accounts of ours, in the table account_follower, and tells them of changes: triggers write who has
/// changed into changed_account, whichever program changed it, and from there it goes into the outbox.</summary>
/// <remarks>All lists are made by the database's writer, and each list's version is taken before the account is read: so of two lists
/// of an account the later has the higher version, and what was committed after a list was made is in one with a higher.</remarks>
internal sealed class Followers : IDatabaseFollower
{
    private readonly SqliteDatabase _database;
    private readonly Outbox _outbox;
    private readonly Numbers _numbers;
    private readonly Telling _telling;

    // The writer's thread alone has these.
    private bool _isDue;
    private bool _isPosted;

    /// <summary>Tells of what is changed from now on, and after the first commit of what was left over when the program ended.</summary>
    public Followers(SqliteDatabase database, Outbox outbox, Numbers numbers)
    {
        (_database, _outbox, _numbers) = (database, outbox, numbers);
        _telling = new Telling(this);
        _isDue = database.Read(session => session.First("SELECT COUNT(*) FROM changed_account", row => row.GetInt64(0))) > 0;
        database.Followed = () => _isDue = true;
        database.Follow(this);
    }

    /// <summary>An account's list for a peer, which follows it from then on; none where there is no such account, or it is
    /// disabled.</summary>
    public Task<DeviceList?> DescribeAsync(ServerTag peer, Guid aci) => _database.WriteAsync(session =>
    {
        var list = Describe(session, aci);
        if (list is { Devices.Count: > 0 })
        {
            Follow(session, peer, aci);
            return list;
        }

        return null;
    });

    /// <summary>The list of an account as a transaction sees it: without devices where it is disabled, and none where there is no such
    /// account.</summary>
    public DeviceList? Describe(SqliteSession session, Guid aci)
    {
        var version = _numbers.Next(session);
        return AccountStore.Find(session, aci) is { } account ? Write(account, version) : null;
    }

    /// <summary>Tells a peer of an account's changes from now on; within somebody's transaction.</summary>
    public static void Follow(SqliteSession session, ServerTag peer, Guid aci) => session.Run(
        "INSERT OR IGNORE INTO account_follower (aci, peer) SELECT ?1, tag FROM peer WHERE tag = ?2",
        AccountStore.Bytes(aci),
        (long)peer.Value);

    /// <inheritdoc/>
    public void Touched(Guid aci)
    {
    }

    /// <inheritdoc/>
    public void Mark()
    {
        // What is taken back is looked for in vain, which does no harm.
    }

    /// <inheritdoc/>
    public void TakeBack(bool all)
    {
    }

    /// <inheritdoc/>
    public void Committed() => TellIfDue();

    /// <inheritdoc/>
    public void ChangedElsewhere()
    {
        _isDue = true;
        TellIfDue();
    }

    private static DeviceList Write(Account account, long version)
    {
        var list = new DeviceList { Aci = ByteString.CopyFrom(AccountStore.Bytes(account.Aci)), Version = (ulong)version };
        if (account.IsDisabled)
        {
            return list;
        }

        list.Devices.AddRange(account.Devices.Select(device =>
            new DeviceList.Types.Device { Id = (uint)device.Id, RegistrationId = (uint)device.RegistrationId }));
        list.AccessKeyChecksum = ByteString.CopyFrom(ProfileRoom.Checksum(account) ?? []);
        list.Unrestricted = account.IsUnrestricted;
        list.IdentityKey = ByteString.CopyFrom(account.AciIdentity.Serialized);
        return list;
    }

    private void TellIfDue()
    {
        if (_isDue && !_isPosted)
        {
            (_isDue, _isPosted) = (false, true);
            _telling.Failure = null;
            _database.Post(_telling);
        }
    }

    // There is one, and it comes after the commits that it tells of.
    private sealed class Telling(Followers followers) : DatabaseWork
    {
        private readonly HashSet<ServerTag> _told = [];
        private bool _isMore;

        public override bool IsPatient => true;

        public override void Run(SqliteSession session)
        {
            _told.Clear();
            var changed = session.Query(
                "SELECT aci FROM changed_account LIMIT ?1", row => new Guid((byte[])row[0], bigEndian: true), ServerLimits.ChangedAccounts);
            _isMore = changed.Count == ServerLimits.ChangedAccounts;
            foreach (var aci in changed)
            {
                Tell(session, aci);
                session.Run("DELETE FROM changed_account WHERE aci = ?1", AccountStore.Bytes(aci));
            }
        }

        public override void Complete()
        {
            foreach (var peer in _told)
            {
                followers._outbox.Appended?.Invoke(peer);
            }

            followers._isPosted = false;
            followers._isDue |= _isMore;
            followers.TellIfDue();
        }

        // It comes again after the next commit.
        public override void Fail(Exception failure) => (followers._isPosted, followers._isDue) = (false, true);

        private void Tell(SqliteSession session, Guid aci)
        {
            var list = followers.Describe(session, aci);
            var item = list is null ? new Item { Deleted = new AccountDeleted() } : new Item { Devices = list };
            var peers = session.Query(
                "SELECT tag, told FROM account_follower JOIN peer ON tag = peer WHERE aci = ?1 AND state >= ?2",
                row => (Tag: new ServerTag((ulong)row.GetInt64(0)), Told: row.GetInt64(1)),
                AccountStore.Bytes(aci),
                (int)PeerState.Quarantine);
            foreach (var (peer, told) in peers)
            {
                // An earlier list that still waits says nothing any more. One that is under way comes, and then this one.
                followers._outbox.Withdraw(session, peer, aci, told);
                if (followers._outbox.Append(session, new OutboxItem(peer, aci, item.Clone())))
                {
                    session.Run(
                        "UPDATE account_follower SET told = ?3 WHERE aci = ?1 AND peer = ?2",
                        AccountStore.Bytes(aci),
                        (long)peer.Value,
                        followers._numbers.Last);
                    _told.Add(peer);
                }
            }

            if (list is null)
            {
                session.Run("DELETE FROM account_follower WHERE aci = ?1", AccountStore.Bytes(aci));
            }
        }
    }
}
