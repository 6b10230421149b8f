using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Accounts;

/// <summary>Accounts and their devices.</summary>
/// <remarks>An account is changed through <see cref="UpdateAsync"/> alone: a function from the account as it is to the account as it shall
/// be, run by the one writer, so that two changes at once cannot lose each other.</remarks>
internal sealed class AccountStore
{
    private const string Columns =
        """
        aci, pni, number, aci_identity, pni_identity, access_key, unrestricted, disabled, lock_salt, lock_hash, recovery_salt,
        recovery_hash, discoverable, username_hash, username_link, encrypted_username, credential_salt
        """;

    private readonly SqliteDatabase _database;
    private readonly AccountCache _cache = new();

    /// <summary>Keeps accounts in a database, and those that are asked for in memory as well.</summary>
    public AccountStore(SqliteDatabase database)
    {
        _database = database;
        database.Follow(_cache);
    }

    /// <summary>How many changes of accounts there were: to be read before accounts are.</summary>
    public long Changes => _cache.Changes;

    /// <summary>Whether accounts are as they were found from a count of changes on; for the writer's thread.</summary>
    public bool IsAsOf(long changes) => _cache.IsAsOf(changes);

    /// <summary>The account with an id, its own or its number's; or none.</summary>
    public Account? Find(Guid id)
    {
        if (_cache.Find(id) is { } known)
        {
            return known;
        }

        if (_cache.IsNobody(id))
        {
            return null;
        }

        var changes = _cache.Changes;
        var account = _database.Read(session => Find(session, "aci = ?1 OR pni = ?1", Bytes(id)));
        if (account is null)
        {
            _cache.AddNobody(id, changes);
        }
        else
        {
            _cache.Add(account, changes);
        }

        return account;
    }

    /// <summary>The account that an id names, of the id's own kind; or none.</summary>
    public Account? Find(ServiceId id) =>
        Find(id.Uuid) is { } account && (id.Kind == ServiceIdKind.Aci ? account.Aci : account.Pni) == id.Uuid ? account : null;

    /// <summary>The account with a number, or none.</summary>
    public Account? FindByNumber(string number) => _database.Read(session => FindByNumber(session, number));

    /// <summary>The account with the hash of a username, or none.</summary>
    public Account? FindByUsername(byte[] hash) => _database.Read(session => Find(session, "username_hash = ?1", hash));

    /// <summary>The account with the handle of a username's link, or none.</summary>
    public Account? FindByUsernameLink(Guid handle) => _database.Read(session => Find(session, "username_link = ?1", Bytes(handle)));

    /// <summary>Changes an account; the account as it is then, or none where there is none.</summary>
    public Task<Account?> UpdateAsync(Guid aci, Func<Account, Account> change) =>
        _database.WriteAsync(session => Update(session, aci, change));

    /// <summary>The account with an id; within somebody's transaction.</summary>
    public static Account? Find(SqliteSession session, Guid aci) => Find(session, "aci = ?1", Bytes(aci));

    /// <summary>The account with a number; within somebody's transaction.</summary>
    public static Account? FindByNumber(SqliteSession session, string number) => Find(session, "number = ?1", number);

    /// <summary>Changes an account; within somebody's transaction.</summary>
    public static Account? Update(SqliteSession session, Guid aci, Func<Account, Account> change)
    {
        if (Find(session, aci) is not { } before)
        {
            return null;
        }

        var after = change(before);
        Write(session, after);
        foreach (var gone in before.Devices.Where(device => after.Find(device.Id) is null))
        {
            session.Run("DELETE FROM device WHERE aci = ?1 AND id = ?2", Bytes(aci), gone.Id);
        }

        foreach (var device in after.Devices.Where(device => before.Find(device.Id) != device))
        {
            Write(session, aci, device);
        }

        return after;
    }

    /// <summary>Writes an account that was not there; within somebody's transaction.</summary>
    public static void Insert(SqliteSession session, Account account)
    {
        session.Run(
            "INSERT INTO account (aci, aci_identity) VALUES (?1, ?2)", Bytes(account.Aci), account.AciIdentity.Serialized.ToArray());
        Write(session, account);
        foreach (var device in account.Devices)
        {
            Write(session, account.Aci, device);
        }
    }

    /// <summary>Deletes an account with all that hangs on it; within somebody's transaction.</summary>
    public static void Delete(SqliteSession session, Guid aci) => session.Run("DELETE FROM account WHERE aci = ?1", Bytes(aci));

    /// <summary>An id as the tables hold it.</summary>
    public static byte[] Bytes(Guid id) => id.ToByteArray(bigEndian: true);

    private static void Write(SqliteSession session, Account account) => session.Run(
        """
        UPDATE account SET pni = ?2, number = ?3, aci_identity = ?4, pni_identity = ?5, access_key = ?6, unrestricted = ?7, disabled = ?8,
            lock_salt = ?9, lock_hash = ?10, recovery_salt = ?11, recovery_hash = ?12, discoverable = ?13, username_hash = ?14,
            username_link = ?15, encrypted_username = ?16, credential_salt = ?17
        WHERE aci = ?1
        """,
        Bytes(account.Aci),
        account.Pni is { } pni ? Bytes(pni) : null,
        account.Number,
        account.AciIdentity.Serialized.ToArray(),
        account.PniIdentity?.Serialized.ToArray(),
        account.AccessKey,
        account.IsUnrestricted,
        account.IsDisabled,
        account.RegistrationLock?.Salt,
        account.RegistrationLock?.Hash,
        account.RecoveryPassword?.Salt,
        account.RecoveryPassword?.Hash,
        account.IsDiscoverable,
        account.UsernameHash,
        account.UsernameLink is { } link ? Bytes(link) : null,
        account.EncryptedUsername,
        account.CredentialSalt);

    // Not INSERT OR REPLACE: that deletes first, and with the row goes what hangs on it.
    private static void Write(SqliteSession session, Guid aci, Device device) => session.Run(
        """
        INSERT INTO device (aci, id, salt, hash, registration_id, pni_registration_id, name, capabilities, created, last_seen_day)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (aci, id) DO UPDATE SET salt = ?3, hash = ?4, registration_id = ?5, pni_registration_id = ?6, name = ?7,
            capabilities = ?8, created = ?9, last_seen_day = ?10
        """,
        Bytes(aci),
        device.Id,
        device.Password.Salt,
        device.Password.Hash,
        device.RegistrationId,
        device.PniRegistrationId,
        device.Name,
        string.Join(',', device.Capabilities),
        device.Created.ToUnixTimeMilliseconds(),
        device.LastSeenDay.ToUnixTimeMilliseconds());

    private static Account? Find(SqliteSession session, string condition, object key)
    {
        // Nobody's devices are asked for as well, so that the time does not tell.
        var account = session.First($"SELECT {Columns} FROM account WHERE {condition}", ReadAccount, key);
        var devices = Devices(session, account?.Aci ?? Guid.Empty);
        return account is null ? null : account with { Devices = devices };
    }

    private static List<Device> Devices(SqliteSession session, Guid aci) => session.Query(
        """
        SELECT id, salt, hash, registration_id, pni_registration_id, name, capabilities, created, last_seen_day
        FROM device WHERE aci = ?1 ORDER BY id
        """,
        ReadDevice,
        Bytes(aci));

    private static Account ReadAccount(SqliteDataReader row) => new()
    {
        Aci = new Guid((byte[])row[0], bigEndian: true),
        Pni = Blob(row, 1) is { } pni ? new Guid(pni, bigEndian: true) : null,
        Number = row.IsDBNull(2) ? null : row.GetString(2),
        AciIdentity = IdentityKey.Read((byte[])row[3]),
        PniIdentity = Blob(row, 4) is { } identity ? IdentityKey.Read(identity) : null,
        AccessKey = Blob(row, 5),
        IsUnrestricted = row.GetBoolean(6),
        IsDisabled = row.GetBoolean(7),
        RegistrationLock = Blob(row, 8) is { } lockSalt ? new PasswordHash(lockSalt, (byte[])row[9]) : null,
        RecoveryPassword = Blob(row, 10) is { } recoverySalt ? new PasswordHash(recoverySalt, (byte[])row[11]) : null,
        IsDiscoverable = row.GetBoolean(12),
        UsernameHash = Blob(row, 13),
        UsernameLink = Blob(row, 14) is { } link ? new Guid(link, bigEndian: true) : null,
        EncryptedUsername = Blob(row, 15),
        CredentialSalt = Blob(row, 16),
        Devices = [],
    };

    private static Device ReadDevice(SqliteDataReader row) => new()
    {
        Id = row.GetInt32(0),
        Password = new PasswordHash((byte[])row[1], (byte[])row[2]),
        RegistrationId = row.GetInt32(3),
        PniRegistrationId = row.IsDBNull(4) ? null : row.GetInt32(4),
        Name = Blob(row, 5),
        Capabilities = row.GetString(6).Split(',', StringSplitOptions.RemoveEmptyEntries),
        Created = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(7)),
        LastSeenDay = DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(8)),
    };

    private static byte[]? Blob(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : (byte[])row[column];
}
