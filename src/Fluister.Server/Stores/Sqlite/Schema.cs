namespace Fluister.Server.Stores.Sqlite;

/// <summary>The tables, as numbered migrations: a database of any earlier version is brought up to date when it is opened.</summary>
/// <remarks>A migration is never changed once it was released. Every id is a BLOB of 16 bytes, every time is in milliseconds since
/// 1970.</remarks>
internal static class Schema
{
    /// <summary>The function that <see cref="Touching"/> calls.</summary>
    public const string Touched = "touched";

    /// <summary>The function that <see cref="Touching"/> calls where somebody is to be told of a changed account.</summary>
    public const string Followed = "followed";

    /// <summary>What a writer has beside the tables, for as long as it is open: it hears which account a statement changes, whichever
    /// statement that is, and whether the account itself or one of its devices; and which account of a peer's.</summary>
    public const string Touching =
        """
        CREATE TEMP TRIGGER account_updated AFTER UPDATE ON main.account BEGIN SELECT touched(old.aci); END;
        CREATE TEMP TRIGGER account_deleted AFTER DELETE ON main.account BEGIN SELECT touched(old.aci); END;
        CREATE TEMP TRIGGER device_inserted AFTER INSERT ON main.device BEGIN SELECT touched(new.aci); END;
        CREATE TEMP TRIGGER device_updated AFTER UPDATE ON main.device BEGIN SELECT touched(old.aci); END;
        CREATE TEMP TRIGGER device_deleted AFTER DELETE ON main.device BEGIN SELECT touched(old.aci); END;
        CREATE TEMP TRIGGER changed_account_inserted AFTER INSERT ON main.changed_account BEGIN SELECT followed(); END;
        CREATE TEMP TRIGGER remote_account_inserted AFTER INSERT ON main.remote_account BEGIN SELECT touched(new.aci); END;
        CREATE TEMP TRIGGER remote_account_updated AFTER UPDATE ON main.remote_account BEGIN SELECT touched(old.aci); END;
        CREATE TEMP TRIGGER remote_account_deleted AFTER DELETE ON main.remote_account BEGIN SELECT touched(old.aci); END;
        """;

    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE account (
            aci BLOB PRIMARY KEY, pni BLOB UNIQUE, number TEXT UNIQUE,
            aci_identity BLOB NOT NULL, pni_identity BLOB,
            access_key BLOB, unrestricted INTEGER NOT NULL DEFAULT 0, disabled INTEGER NOT NULL DEFAULT 0,
            lock_salt BLOB, lock_hash BLOB, recovery_salt BLOB, recovery_hash BLOB, discoverable INTEGER NOT NULL DEFAULT 1,
            username_hash BLOB UNIQUE, username_link BLOB UNIQUE, encrypted_username BLOB, credential_salt BLOB
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
        -- What an invite bought: a tag of each request for a receipt, so that the same request is answered again; and when it expires.
        CREATE TABLE invite_receipt (
            token BLOB NOT NULL REFERENCES invite ON DELETE CASCADE, tag BLOB NOT NULL, expires INTEGER NOT NULL, PRIMARY KEY (token, tag)
        ) STRICT, WITHOUT ROWID;
        -- Receipts that were redeemed, by their serials, which nothing ties to an invite; none of the account once it is gone.
        CREATE TABLE redeemed_receipt (
            serial BLOB PRIMARY KEY, expires INTEGER NOT NULL, aci BLOB REFERENCES account ON DELETE SET NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX redeemed_receipt_of_account ON redeemed_receipt (aci);
        CREATE INDEX redeemed_receipt_by_age ON redeemed_receipt (expires);
        -- A short name for a device's mailbox. Never used again, so that what knows an old one does not find another device's.
        CREATE TABLE mailbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT, aci BLOB NOT NULL, device INTEGER NOT NULL, UNIQUE (aci, device),
            FOREIGN KEY (aci, device) REFERENCES device ON DELETE CASCADE
        ) STRICT;
        -- All letters are kept for one and the same time, so that their order is also that of their age.
        CREATE TABLE letter (
            seq INTEGER PRIMARY KEY, mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
            size INTEGER NOT NULL, expires INTEGER NOT NULL, payload INTEGER, envelope BLOB NOT NULL
        ) STRICT;
        CREATE INDEX letter_of_mailbox ON letter (mailbox, seq, size);
        -- Places up to this one are given out, or will be: the order goes on after a restart, whatever was deleted.
        CREATE TABLE letter_place (id INTEGER PRIMARY KEY CHECK (id = 0), last INTEGER NOT NULL) STRICT;
        INSERT INTO letter_place VALUES (0, 0);
        -- What goes to many, once; letters: how many need it.
        CREATE TABLE payload (id INTEGER PRIMARY KEY AUTOINCREMENT, bytes BLOB NOT NULL, letters INTEGER NOT NULL) STRICT;
        -- Whoever deletes a letter counts down; with a mailbox go many, and nobody is asked.
        CREATE TRIGGER mailbox_payload BEFORE DELETE ON mailbox BEGIN
            UPDATE payload SET letters = payload.letters - gone.letters FROM (
                SELECT payload AS id, COUNT(*) AS letters FROM letter WHERE mailbox = old.id AND payload IS NOT NULL GROUP BY payload
            ) AS gone WHERE payload.id = gone.id;
            DELETE FROM payload WHERE letters <= 0
                AND id IN (SELECT letter.payload FROM letter WHERE mailbox = old.id AND letter.payload IS NOT NULL);
        END;
        -- What devices have reported as spam; ids only, and never more than ServerLimits.Reports.
        CREATE TABLE report (
            id INTEGER PRIMARY KEY AUTOINCREMENT, reporter BLOB NOT NULL, source BLOB NOT NULL, guid BLOB NOT NULL,
            is_proven INTEGER NOT NULL, created INTEGER NOT NULL, UNIQUE (reporter, guid)
        ) STRICT;
        CREATE TRIGGER account_reports AFTER DELETE ON account BEGIN
            DELETE FROM report WHERE reporter = old.aci OR source = old.aci;
        END;
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
        CREATE INDEX profile_by_avatar ON profile (avatar) WHERE avatar IS NOT NULL;
        -- Avatars that no profile names any more: files to be deleted.
        CREATE TABLE gone_avatar (avatar TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TRIGGER profile_avatar_gone AFTER DELETE ON profile WHEN old.avatar IS NOT NULL BEGIN
            INSERT OR IGNORE INTO gone_avatar VALUES (old.avatar);
        END;
        CREATE TRIGGER profile_avatar_named AFTER INSERT ON profile WHEN new.avatar IS NOT NULL BEGIN
            DELETE FROM gone_avatar WHERE avatar = new.avatar;
        END;
        -- hash: SHA-256 of the bytes, which names the file, once all of them are on the disk.
        CREATE TABLE attachment (
            key BLOB PRIMARY KEY, aci BLOB NOT NULL REFERENCES account ON DELETE CASCADE, length INTEGER NOT NULL, hash BLOB,
            created INTEGER NOT NULL, expires INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX attachment_of_account ON attachment (aci, created, length, expires);
        CREATE INDEX attachment_by_hash ON attachment (hash) WHERE hash IS NOT NULL;
        CREATE INDEX attachment_by_age ON attachment (expires);
        -- Written to see whether writing works.
        CREATE TABLE heartbeat (id INTEGER PRIMARY KEY CHECK (id = 0), beats INTEGER NOT NULL) STRICT;
        INSERT INTO heartbeat VALUES (0, 0);
        CREATE TABLE used_link_token (id BLOB PRIMARY KEY, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE storage_manifest (
            aci BLOB PRIMARY KEY REFERENCES account ON DELETE CASCADE, version INTEGER NOT NULL, value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE storage_item (
            aci BLOB NOT NULL REFERENCES account ON DELETE CASCADE, key BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (aci, key)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        -- Other home servers, by tag. state: as PeerState. descriptor: as it was signed. settled: the highest of our numbers that it has
        -- answered for. highest: the highest of its numbers that was applied here. lost: how often it was seen to have forgotten, or to
        -- know of what was lost here. expired, refused: items of ours that it did not get in time, or did not take. error: why the last
        -- request to it failed; none where it did not.
        CREATE TABLE peer (
            tag INTEGER PRIMARY KEY, domain TEXT NOT NULL COLLATE NOCASE UNIQUE, state INTEGER NOT NULL, genesis BLOB NOT NULL,
            descriptor BLOB NOT NULL, added INTEGER NOT NULL, heard INTEGER NOT NULL DEFAULT 0, settled INTEGER NOT NULL DEFAULT 0,
            highest INTEGER NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0, expired INTEGER NOT NULL DEFAULT 0,
            refused INTEGER NOT NULL DEFAULT 0, error TEXT
        ) STRICT;
        -- What waits for peers, in the order of its numbers. account: whom it is about, which orders it. payload: as of letters.
        CREATE TABLE outbox (
            number INTEGER PRIMARY KEY, peer INTEGER NOT NULL REFERENCES peer ON DELETE CASCADE, account BLOB NOT NULL,
            size INTEGER NOT NULL, expires INTEGER NOT NULL, payload INTEGER, item BLOB NOT NULL
        ) STRICT;
        -- Numbers of items and of lists up to this one are given out, or will be: they go on after a restart, whatever the clock shows
        -- then.
        CREATE TABLE item_number (id INTEGER PRIMARY KEY CHECK (id = 0), last INTEGER NOT NULL) STRICT;
        INSERT INTO item_number VALUES (0, 0);
        CREATE INDEX outbox_of_peer ON outbox (peer, number, size);
        CREATE TRIGGER peer_payload BEFORE DELETE ON peer BEGIN
            UPDATE payload SET letters = payload.letters - gone.items FROM (
                SELECT payload AS id, COUNT(*) AS items FROM outbox WHERE peer = old.tag AND payload IS NOT NULL GROUP BY payload
            ) AS gone WHERE payload.id = gone.id;
            DELETE FROM payload WHERE letters <= 0
                AND id IN (SELECT outbox.payload FROM outbox WHERE outbox.peer = old.tag AND outbox.payload IS NOT NULL);
        END;
        -- For a peer that is blocked nothing is kept.
        CREATE TRIGGER peer_blocked AFTER UPDATE OF state ON peer WHEN new.state = 0 AND old.state <> 0 BEGIN
            UPDATE payload SET letters = payload.letters - gone.items FROM (
                SELECT payload AS id, COUNT(*) AS items FROM outbox WHERE peer = old.tag AND payload IS NOT NULL GROUP BY payload
            ) AS gone WHERE payload.id = gone.id;
            DELETE FROM payload WHERE letters <= 0
                AND id IN (SELECT outbox.payload FROM outbox WHERE outbox.peer = old.tag AND outbox.payload IS NOT NULL);
            DELETE FROM outbox WHERE peer = old.tag;
        END;
        -- Up to which number the items of a peer about an account were applied.
        CREATE TABLE inbox_mark (
            peer INTEGER NOT NULL REFERENCES peer ON DELETE CASCADE, account BLOB NOT NULL, number INTEGER NOT NULL,
            PRIMARY KEY (peer, account)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER account_marks AFTER DELETE ON account BEGIN
            DELETE FROM inbox_mark WHERE account = old.aci;
        END;
        -- Accounts of peers. list: DeviceList of federation.proto. asked: when it was last asked for.
        CREATE TABLE remote_account (
            aci BLOB PRIMARY KEY, peer INTEGER NOT NULL REFERENCES peer ON DELETE CASCADE, version INTEGER NOT NULL, list BLOB NOT NULL,
            asked INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX remote_account_of_peer ON remote_account (peer);
        CREATE INDEX remote_account_by_age ON remote_account (asked);
        -- Which peers know an account of ours; not bound to the account, so that they hear when it is gone.
        CREATE TABLE account_follower (
            aci BLOB NOT NULL, peer INTEGER NOT NULL REFERENCES peer ON DELETE CASCADE, PRIMARY KEY (aci, peer)
        ) STRICT, WITHOUT ROWID;
        -- Accounts with followers who have not been told yet how it changed.
        CREATE TABLE changed_account (aci BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
        -- Keys that a peer has claimed, for a while, so that the same claim gets the same keys.
        CREATE TABLE claim (
            peer INTEGER NOT NULL REFERENCES peer ON DELETE CASCADE, id BLOB NOT NULL, answer BLOB NOT NULL, expires INTEGER NOT NULL,
            PRIMARY KEY (peer, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX claim_by_age ON claim (peer, expires);
        -- Not INSERT OR IGNORE: what the statement that fires a trigger says of conflicts goes before what the trigger says
        -- (sqlite.org/lang_createtrigger.html).
        CREATE TRIGGER device_linked AFTER INSERT ON device
        WHEN EXISTS (SELECT 1 FROM account_follower WHERE aci = new.aci) BEGIN
            INSERT INTO changed_account SELECT new.aci WHERE NOT EXISTS (SELECT 1 FROM changed_account WHERE aci = new.aci);
        END;
        CREATE TRIGGER device_registered_anew AFTER UPDATE OF registration_id ON device
        WHEN old.registration_id <> new.registration_id AND EXISTS (SELECT 1 FROM account_follower WHERE aci = new.aci) BEGIN
            INSERT INTO changed_account SELECT new.aci WHERE NOT EXISTS (SELECT 1 FROM changed_account WHERE aci = new.aci);
        END;
        CREATE TRIGGER device_unlinked AFTER DELETE ON device
        WHEN EXISTS (SELECT 1 FROM account_follower WHERE aci = old.aci) BEGIN
            INSERT INTO changed_account SELECT old.aci WHERE NOT EXISTS (SELECT 1 FROM changed_account WHERE aci = old.aci);
        END;
        CREATE TRIGGER account_changed AFTER UPDATE OF access_key, unrestricted, disabled, aci_identity ON account
        WHEN (old.access_key IS NOT new.access_key OR old.unrestricted <> new.unrestricted OR old.disabled <> new.disabled
            OR old.aci_identity <> new.aci_identity) AND EXISTS (SELECT 1 FROM account_follower WHERE aci = new.aci) BEGIN
            INSERT INTO changed_account SELECT new.aci WHERE NOT EXISTS (SELECT 1 FROM changed_account WHERE aci = new.aci);
        END;
        CREATE TRIGGER account_gone AFTER DELETE ON account
        WHEN EXISTS (SELECT 1 FROM account_follower WHERE aci = old.aci) BEGIN
            INSERT INTO changed_account SELECT old.aci WHERE NOT EXISTS (SELECT 1 FROM changed_account WHERE aci = old.aci);
        END;
        """,
        """
        -- The number of the last list that was appended for a follower: it is taken back where a later one comes before it has gone.
        ALTER TABLE account_follower ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
        -- Marks outlive the peer that they are of, by their age: it may be added again, and send what it has no answer for.
        DROP TRIGGER account_marks;
        CREATE TABLE kept_mark (
            peer INTEGER NOT NULL, account BLOB NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (peer, account)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO kept_mark SELECT peer, account, number FROM inbox_mark;
        DROP TABLE inbox_mark;
        ALTER TABLE kept_mark RENAME TO inbox_mark;
        CREATE TRIGGER account_marks AFTER DELETE ON account BEGIN
            DELETE FROM inbox_mark WHERE account = old.aci;
        END;
        -- Of a peer that was removed, what peer has by these names.
        CREATE TABLE gone_peer (tag INTEGER PRIMARY KEY, settled INTEGER NOT NULL, highest INTEGER NOT NULL) STRICT;
        CREATE TRIGGER peer_gone AFTER DELETE ON peer BEGIN
            INSERT OR REPLACE INTO gone_peer VALUES (old.tag, old.settled, old.highest);
        END;
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
