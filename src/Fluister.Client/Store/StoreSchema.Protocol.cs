namespace Fluister.Client.Store;

internal static partial class StoreSchema
{
    /// <summary>Tables of the protocol and of our own; "ours" is the kind of our id (0: ACI, 1: PNI).</summary>
    /// <remarks>identityKeys and sessions have Signal Desktop's shape, for readers that ask there who the owner is. A number that orders is
    /// a rowid of its own.</remarks>
    private const string Protocol =
        """
        CREATE TABLE identityKeys (id TEXT PRIMARY KEY, json TEXT);

        CREATE TABLE sessions (
          id TEXT NOT NULL PRIMARY KEY, ourServiceId TEXT NOT NULL, serviceId TEXT NOT NULL, conversationId TEXT NOT NULL,
          deviceId INTEGER NOT NULL, record BLOB NOT NULL) STRICT;
        CREATE INDEX sessions_serviceId ON sessions (serviceId);

        CREATE TABLE preKeys (
          number INTEGER PRIMARY KEY, ours INTEGER NOT NULL, id INTEGER NOT NULL, record BLOB NOT NULL, UNIQUE (ours, id)) STRICT;
        CREATE TABLE signedPreKeys (
          number INTEGER PRIMARY KEY, ours INTEGER NOT NULL, id INTEGER NOT NULL, created INTEGER NOT NULL, record BLOB NOT NULL,
          UNIQUE (ours, id)) STRICT;
        CREATE TABLE kyberPreKeys (
          number INTEGER PRIMARY KEY, ours INTEGER NOT NULL, id INTEGER NOT NULL, isLastResort INTEGER NOT NULL,
          created INTEGER NOT NULL, record BLOB NOT NULL, UNIQUE (ours, id)) STRICT;
        CREATE INDEX kyberPreKeys_kind ON kyberPreKeys (ours, isLastResort);
        CREATE TABLE lastResortUses (
          ours INTEGER NOT NULL, kemId INTEGER NOT NULL, signedId INTEGER NOT NULL, baseKey BLOB NOT NULL,
          PRIMARY KEY (ours, kemId, signedId, baseKey),
          FOREIGN KEY (ours, kemId) REFERENCES kyberPreKeys (ours, id) ON DELETE CASCADE) STRICT, WITHOUT ROWID;

        CREATE TABLE outbox (
          number INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL, timestamp INTEGER NOT NULL, content BLOB NOT NULL,
          hint INTEGER NOT NULL, isPlaintext INTEGER NOT NULL, isReady INTEGER NOT NULL, isUrgent INTEGER NOT NULL,
          messageId TEXT, transcript BLOB NOT NULL) STRICT;
        CREATE TABLE outboxCopies (
          number INTEGER NOT NULL REFERENCES outbox (number) ON DELETE CASCADE, place INTEGER NOT NULL, device INTEGER NOT NULL,
          registrationId INTEGER NOT NULL, type INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (number, place)) STRICT;

        CREATE TABLE inbox (number INTEGER PRIMARY KEY, guid BLOB NOT NULL UNIQUE) STRICT;

        CREATE TABLE sendLog (
          timestamp INTEGER NOT NULL, serviceId TEXT NOT NULL, device INTEGER NOT NULL, hint INTEGER NOT NULL,
          content BLOB NOT NULL, PRIMARY KEY (timestamp, serviceId, device)) STRICT;

        """;
}
