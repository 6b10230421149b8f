namespace Fluister.Server.Stores.Sqlite;

/// <summary>The tables, as numbered migrations: a database of any earlier version is brought up to date when it is opened.</summary>
/// <remarks>A migration is never changed once it was released. Every id is a BLOB of 16 bytes, every time is in milliseconds since
/// 1970.</remarks>
internal static class Schema
{
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE account (
            aci BLOB PRIMARY KEY, pni BLOB UNIQUE, number TEXT UNIQUE,
            aci_identity BLOB NOT NULL, pni_identity BLOB,
            access_key BLOB, unrestricted INTEGER NOT NULL DEFAULT 0, disabled INTEGER NOT NULL DEFAULT 0,
            lock_salt BLOB, lock_hash BLOB, recovery_salt BLOB, recovery_hash BLOB, discoverable INTEGER NOT NULL DEFAULT 1,
            username_hash BLOB UNIQUE, username_link BLOB UNIQUE, encrypted_username BLOB
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE device (
            aci BLOB NOT NULL REFERENCES account ON DELETE CASCADE, id INTEGER NOT NULL,
            salt BLOB NOT NULL, hash BLOB NOT NULL, registration_id INTEGER NOT NULL, pni_registration_id INTEGER,
            name BLOB, capabilities TEXT NOT NULL, created INTEGER NOT NULL, last_seen_day INTEGER NOT NULL,
            PRIMARY KEY (aci, id)
        ) STRICT, WITHOUT ROWID;
        -- kind: 0 one-time EC, 1 signed EC, 2 one-time KEM, 3 KEM of last resort. identity: 0 ACI, 1 PNI.
        CREATE TABLE pre_key (
            aci BLOB NOT NULL, device INTEGER NOT NULL, identity INTEGER NOT NULL, kind INTEGER NOT NULL, id INTEGER NOT NULL,
            public BLOB NOT NULL, signature BLOB,
            PRIMARY KEY (aci, device, identity, kind, id),
            FOREIGN KEY (aci, device) REFERENCES device ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE invite (
            token BLOB PRIMARY KEY, code TEXT NOT NULL, uses_left INTEGER NOT NULL, expires INTEGER NOT NULL, created INTEGER NOT NULL,
            revoked INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE mailbox (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, aci BLOB NOT NULL, device INTEGER NOT NULL, guid BLOB NOT NULL,
            size INTEGER NOT NULL, expires INTEGER NOT NULL, payload INTEGER, envelope BLOB NOT NULL,
            FOREIGN KEY (aci, device) REFERENCES device ON DELETE CASCADE
        ) STRICT;
        CREATE INDEX mailbox_of_device ON mailbox (aci, device, seq, size);
        CREATE INDEX mailbox_by_age ON mailbox (expires);
        -- What goes to many, once; letters: how many of mailbox need it.
        CREATE TABLE payload (id INTEGER PRIMARY KEY AUTOINCREMENT, bytes BLOB NOT NULL, letters INTEGER NOT NULL) STRICT;
        CREATE TRIGGER mailbox_payload AFTER DELETE ON mailbox WHEN old.payload IS NOT NULL BEGIN
            UPDATE payload SET letters = letters - 1 WHERE id = old.payload;
            DELETE FROM payload WHERE id = old.payload AND letters <= 0;
        END;
        -- What devices have reported as spam; ids only, and never more than ServerLimits.Reports.
        CREATE TABLE report (
            id INTEGER PRIMARY KEY AUTOINCREMENT, reporter BLOB NOT NULL, source BLOB NOT NULL, guid BLOB NOT NULL,
            is_proven INTEGER NOT NULL, created INTEGER NOT NULL, UNIQUE (reporter, guid)
        ) STRICT;
        -- A username that is kept for an account: one that it has reserved (kind 0), or lately gave up (kind 1).
        CREATE TABLE username_hold (
            hash BLOB PRIMARY KEY, aci BLOB NOT NULL REFERENCES account ON DELETE CASCADE, kind INTEGER NOT NULL, expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX username_hold_of_account ON username_hold (aci, kind, expires);
        CREATE TABLE profile (
            seq INTEGER PRIMARY KEY AUTOINCREMENT, aci BLOB NOT NULL REFERENCES account ON DELETE CASCADE, version TEXT NOT NULL,
            commitment BLOB NOT NULL, name BLOB, about BLOB, about_emoji BLOB, avatar TEXT, payment_address BLOB,
            phone_number_sharing BLOB, UNIQUE (aci, version)
        ) STRICT;
        CREATE TABLE used_link_token (id BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE storage_manifest (
            aci BLOB PRIMARY KEY REFERENCES account ON DELETE CASCADE, version INTEGER NOT NULL, value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE storage_item (
            aci BLOB NOT NULL REFERENCES account ON DELETE CASCADE, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (aci, key)
        ) STRICT, WITHOUT ROWID;
        """,
    ];

    /// <summary>The version that this program writes.</summary>
    public static int Version => Migrations.Length;

    /// <summary>Brings a database up to date, in one transaction.</summary>
    /// <exception cref="NotSupportedException">A later program wrote it.</exception>
    public static void Migrate(SqliteSession session)
    {
        session.RunOnce("BEGIN IMMEDIATE");
        try
        {
            var version = session.First("PRAGMA user_version", row => row.GetInt32(0));
            if (version > Version)
            {
                throw new NotSupportedException(
                    $"The database has schema version {version}, and this program knows {Version}: "
                    + "use the program that wrote it, or a later one.");
            }

            for (; version < Version; version++)
            {
                session.RunOnce(Migrations[version]);
                session.RunOnce($"PRAGMA user_version = {version + 1}");
            }

            session.RunOnce("COMMIT");
        }
        catch
        {
            session.TryRollback();
            throw;
        }
    }
}
