using Fluister.Cryptography;
using Fluister.SqlCipher;

namespace Fluister.Client.Store;

/// <summary>Everything that one device of one account keeps: a SQLCipher 4 database, whose conversations and messages have Signal
/// Desktop's shape.</summary>
/// <remarks>All work goes through <see cref="Transact{T}"/> or <see cref="Read{T}"/>, which let one thread in at a time; both may be
/// called from within either. What is held in memory of the database is dropped when a transaction fails
/// (<see cref="WhenRolledBack"/>).</remarks>
internal sealed class ClientStore : IDisposable
{
    private readonly CipherStore _database;
    private readonly Lock _gate = new();
    private Action? _rolledBack;
    private Action? _closed;

    private ClientStore(CipherStore database)
    {
        _database = database;
        Items = new ItemTable(this);
        Sessions = new SessionTable(this);
        Identities = new IdentityTable(this);
        PreKeys = new PreKeyTable(this);
        Outbox = new OutboxTable(this);
        Inbox = new InboxTable(this);
        SendLog = new SendLogTable(this);
        Conversations = new ConversationTable(this);
        Messages = new MessageTable(this);
        Jobs = new JobTable(this);
        Pending = new PendingTable(this);
    }

    /// <summary>Has something done whenever work was taken back: whatever is held in memory of the database may be wrong then.</summary>
    public void WhenRolledBack(Action drop) => _rolledBack += drop;

    /// <summary>Has something done when the store is closed.</summary>
    public void WhenClosed(Action clear) => _closed += clear;

    /// <summary>Settings and keys of the device.</summary>
    public ItemTable Items { get; }

    /// <summary>Sessions with devices.</summary>
    public SessionTable Sessions { get; }

    /// <summary>Other people's identity keys.</summary>
    public IdentityTable Identities { get; }

    /// <summary>This device's pre-keys.</summary>
    public PreKeyTable PreKeys { get; }

    /// <summary>What is to be sent.</summary>
    public OutboxTable Outbox { get; }

    /// <summary>Which envelopes were taken already.</summary>
    public InboxTable Inbox { get; }

    /// <summary>What was sent lately, to be sent again to who could not read it.</summary>
    public SendLogTable SendLog { get; }

    /// <summary>People and groups.</summary>
    public ConversationTable Conversations { get; }

    /// <summary>Messages.</summary>
    public MessageTable Messages { get; }

    /// <summary>Work that outlives the process.</summary>
    public JobTable Jobs { get; }

    /// <summary>Content whose message has not come yet.</summary>
    public PendingTable Pending { get; }

    /// <summary>The database; for the tables, within <see cref="Read{T}"/> or <see cref="Transact{T}"/>.</summary>
    internal CipherStore Database => _database;

    /// <summary>Makes a store; nothing may be at the path.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public static ClientStore Create(string path, Secret key) =>
        Told(() => new ClientStore(CipherStore.Create(path, key, StoreSchema.Sql)));

    /// <summary>Opens a store, and brings an older one up to date.</summary>
    /// <exception cref="ClientException">NotFound, Store: another key, damage, a newer program's.</exception>
    public static ClientStore Open(string path, Secret key) => Told(() =>
    {
        var database = CipherStore.Open(path, key);
        try
        {
            StoreSchema.Upgrade(database);
            return new ClientStore(database);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    });

    /// <summary>Does a piece of work in a transaction, which is on the disk when this returns; where it fails, nothing of it is.</summary>
    /// <exception cref="ClientException">Store: the disk is full, or fails, or a page is not authentic.</exception>
    public T Transact<T>(Func<T> work)
    {
        lock (_gate)
        {
            try
            {
                return Told(() => _database.Transact(work));
            }
            catch
            {
                _rolledBack?.Invoke();
                throw;
            }
        }
    }

    /// <summary>Does a piece of work in a transaction.</summary>
    public void Transact(Action work) => Transact(() =>
    {
        work();
        return true;
    });

    /// <summary>Within a transaction: does a piece of work that is taken back alone where it throws.</summary>
    public T Attempt<T>(Func<T> work)
    {
        lock (_gate)
        {
            _database.Execute("SAVEPOINT attempt");
            try
            {
                var result = work();
                _database.Execute("RELEASE attempt");
                return result;
            }
            catch
            {
                _database.Execute("ROLLBACK TO attempt; RELEASE attempt");
                _rolledBack?.Invoke();
                throw;
            }
        }
    }

    /// <summary>Reads.</summary>
    public T Read<T>(Func<T> work)
    {
        lock (_gate)
        {
            return Told(work);
        }
    }

    /// <summary>Reads every page, and lets SQLite check the tables.</summary>
    /// <exception cref="ClientException">Store: a page is not authentic, or a table is malformed.</exception>
    public void Verify() => Read(() =>
    {
        _database.Verify();
        return true;
    });

    /// <summary>Brings the log into the database, and empties it.</summary>
    public void Checkpoint() => Read(() =>
    {
        _database.Checkpoint();
        return true;
    });

    /// <summary>Closes the database.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed?.Invoke();
            _database.Dispose();
        }
    }

    /// <summary>Tells faults of the database as the client's.</summary>
    private static T Told<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (CipherException fault)
        {
            throw new ClientException(
                fault.Error == CipherError.NotFound ? ClientError.NotFound : ClientError.Store, fault.Message, fault);
        }
    }
}
