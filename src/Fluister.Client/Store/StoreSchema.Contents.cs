namespace Fluister.Client.Store;

internal static partial class StoreSchema
{
    /// <summary>Work that outlives the process (jobs has Signal Desktop's shape), and content whose message has not come yet.</summary>
    private const string Contents =
        """
        CREATE TABLE jobs (id TEXT PRIMARY KEY, queueType TEXT NOT NULL, timestamp INTEGER NOT NULL, data TEXT) STRICT;
        CREATE INDEX jobs_queue ON jobs (queueType);

        CREATE TABLE pending (
          number INTEGER PRIMARY KEY AUTOINCREMENT, author TEXT NOT NULL, sentAt INTEGER NOT NULL, about TEXT NOT NULL,
          content BLOB NOT NULL) STRICT;
        CREATE INDEX pending_target ON pending (sentAt, author);

        """;
}
