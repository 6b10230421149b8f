using Fluister.SqlCipher;

namespace Fluister.Client.Store;

/// <summary>The tables: those of conversations as Signal Desktop has them, those of the protocol our own.</summary>
/// <remarks>"user_version" is the generation of Signal Desktop whose shape the tables of conversations have, since readers of its stores go
/// by it. Which of our own changes a store has seen is in the table fluister.</remarks>
internal static partial class StoreSchema
{
    /// <summary>The generation of Signal Desktop whose shape the tables have.</summary>
    public const int Generation = 1830;

    /// <summary>Changes in their order: a store that has seen n of them is of version n. What is here is never altered, only added
    /// to.</summary>
    private static readonly string[] Changes = [Conversations + Protocol + Contents];

    /// <summary>The newest version.</summary>
    public static int Version => Changes.Length;

    /// <summary>Statements that make a new store.</summary>
    public static string Sql => $"""
        CREATE TABLE fluister (version INTEGER NOT NULL) STRICT;
        {string.Join('\n', Changes)}
        INSERT INTO fluister (version) VALUES ({Version});
        PRAGMA user_version = {Generation};
        """;

    /// <summary>Brings an older store up to the newest version, in one transaction.</summary>
    /// <exception cref="ClientException">Store: it is no store of this program's, or a newer program's.</exception>
    public static void Upgrade(CipherStore database)
    {
        var version = Read(database);
        if (version > Version)
        {
            throw new ClientException(ClientError.Store,
                $"The account's store was made by a newer Fluister (version {version}; this one knows {Version}). Update Fluister.");
        }

        if (version < Version)
        {
            database.Transact(() =>
            {
                foreach (var change in Changes[version..])
                {
                    database.Execute(change);
                }

                database.Execute($"UPDATE fluister SET version = {Version}; PRAGMA user_version = {Generation}");
            });
        }
    }

    private static int Read(CipherStore database)
    {
        using (var tables = database.Prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'fluister'"))
        {
            if (!tables.Step())
            {
                throw new ClientException(ClientError.Store,
                    "The database is not a Fluister account's. Read a profile of Signal Desktop with 'fluister archive --source'.");
            }
        }

        using var version = database.Prepare("SELECT version FROM fluister");
        return version.Step() ? (int)Math.Clamp(version.Int64(0), 0, int.MaxValue) : 0;
    }
}
