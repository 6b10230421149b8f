using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Fluister.Server.Stores.Sqlite;
using Microsoft.Data.Sqlite;

namespace Fluister.Server.Operations;

/// <summary>A server in one file: a tar archive of its keys, certificates, settings and database, with their hashes in front.</summary>
/// <remarks>It holds the keys and the messages that wait, and is not encrypted. Attachments are not in it: they expire, and are large.
/// What the server must not believe any more once time has passed does not come back: see <see cref="Restore"/>.</remarks>
internal static class Backup
{
    private const int Format = 1;
    private const int MostManifest = 64 * 1024;
    private const string Later = "A later version of the program made this backup: use that, or a later one.";
    private const string Manifest = "manifest.json";
    private const string Database = "server.sqlite";

    /// <summary>Writes a backup while the server may be running: one state of the database, checked before it is kept.</summary>
    /// <param name="folder">The server.</param>
    /// <param name="output">Where to.</param>
    /// <param name="scratch">A file that is made and removed: the copy of the database.</param>
    /// <param name="now">The time.</param>
    public static BackupManifest Write(DataFolder folder, Stream output, string scratch, DateTimeOffset now)
    {
        try
        {
            Copy(folder.Database, scratch);
            var schema = Verify(scratch);
            var files = DataFolder.Kept.Select(name => (name, Path.Combine(folder.Path, name))).Append((Database, scratch))
                .Where(file => File.Exists(file.Item2)).ToList();
            var manifest = new BackupManifest(
                Format, folder.ReadIdentity().Tag.ToString(), now, schema, [.. files.Select(file => Describe(file.Item1, file.Item2))]);
            using var tar = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true);
            using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest));
            Add(tar, Manifest, json, now);
            foreach (var (name, path) in files)
            {
                using var stream = File.OpenRead(path);
                Add(tar, name, stream, now);
            }

            return manifest;
        }
        finally
        {
            File.Delete(scratch);
        }
    }

    /// <summary>Puts a backup into an empty folder.</summary>
    /// <remarks>
    /// One-time pre-keys do not come back: some may have been handed out after the backup was made, and a device that has forgotten such a
    /// key could not read what is sent with it. Devices publish new ones by themselves; keys of last resort stay.
    /// Attachments do not, since their files are not here: an upload begins anew instead of being told that it is complete.
    /// Invites are revoked: one that was used up or revoked after the backup was made would be good once more.
    /// </remarks>
    /// <exception cref="OperationException">The folder is not empty, or the file is not a whole backup; the folder stays
    /// empty.</exception>
    public static BackupManifest Restore(Stream input, DataFolder folder)
    {
        folder.RefuseUnlessEmpty();
        try
        {
            return Unpack(input, folder);
        }
        catch (Exception failed)
        {
            foreach (var file in Directory.EnumerateFiles(folder.Path))
            {
                File.Delete(file);
            }

            if (failed is InvalidDataException or FormatException or EndOfStreamException or JsonException or SqliteException
                or ArgumentException)
            {
                throw new OperationException("This is not a whole backup of a server; nothing was restored.", ExitCode.Damaged, failed);
            }

            throw;
        }
    }

    /// <summary>Checks a backup as if it were restored; nothing of it is kept.</summary>
    /// <param name="input">The backup.</param>
    /// <param name="scratch">A folder that is made and removed.</param>
    /// <exception cref="OperationException">It is not a whole backup.</exception>
    public static BackupManifest Verify(Stream input, DataFolder scratch)
    {
        scratch.RefuseUnlessEmpty();
        try
        {
            return Restore(input, scratch);
        }
        finally
        {
            Directory.Delete(scratch.Path, recursive: true);
        }
    }

    /// <summary>Checks a database that nobody uses; gives the version of its schema.</summary>
    /// <exception cref="OperationException">It is damaged.</exception>
    public static int Verify(string path)
    {
        using var connection = Open(path);
        using var session = new SqliteSession(connection);
        return session.First("PRAGMA integrity_check", row => row.GetString(0)) == "ok"
            && session.Query("PRAGMA foreign_key_check", row => row.GetString(0)).Count == 0
                ? session.First("PRAGMA user_version", row => row.GetInt32(0))
                : throw new OperationException("The database is damaged; an earlier backup may be whole.", ExitCode.Damaged);
    }

    private static BackupManifest Unpack(Stream input, DataFolder folder)
    {
        using var tar = new TarReader(input);
        var manifest = ReadManifest(tar);
        var left = manifest.Files.ToDictionary(file => file.Name);
        string In(string name) => Path.Combine(folder.Path, name);
        while (tar.GetNextEntry() is { } entry)
        {
            if (!left.Remove(entry.Name, out var expected) || entry.Length != expected.Size || entry.DataStream is null)
            {
                throw new InvalidDataException();
            }

            using var file = DataFolder.Create(In(entry.Name) + ".partial");
            entry.DataStream.CopyTo(file);
            PosixFiles.SyncFile(file);
            file.Position = 0;
            if (!SHA256.HashData(file).AsSpan().SequenceEqual(expected.Sha256))
            {
                throw new InvalidDataException();
            }
        }

        if (left.Count > 0)
        {
            throw new EndOfStreamException();
        }

        var database = In(Database) + ".partial";
        if (Verify(database) > Schema.Version)
        {
            throw new OperationException(Later, ExitCode.Unsupported);
        }

        Forget(database);

        // The keys last: their presence says that all is there.
        foreach (var name in manifest.Files.Select(file => file.Name).OrderBy(name => name == DataFolder.Kept[0]))
        {
            File.Move(In(name) + ".partial", In(name));
        }

        PosixFiles.SyncFolder(folder.Path);
        folder.ReadOptions();
        return folder.ReadIdentity().Tag.ToString() == manifest.Tag ? manifest : throw new InvalidDataException();
    }

    private static BackupManifest ReadManifest(TarReader tar)
    {
        if (tar.GetNextEntry() is not { Name: Manifest, Length: <= MostManifest, DataStream: { } stream })
        {
            throw new InvalidDataException();
        }

        var manifest = JsonSerializer.Deserialize(stream, BackupJson.Default.BackupManifest) ?? throw new InvalidDataException();
        if (manifest.Format != Format)
        {
            throw new OperationException(Later, ExitCode.Unsupported);
        }

        var names = manifest.Files.Select(file => file.Name).ToHashSet();
        return names.Count == manifest.Files.Count && names.Contains(Database) && names.Contains(DataFolder.Kept[0])
            && names.All(name => name == Database || DataFolder.Kept.Contains(name))
                ? manifest
                : throw new InvalidDataException();
    }

    // VACUUM INTO reads one state of the database and holds no writer up.
    private static void Copy(string from, string to)
    {
        DataFolder.Create(to).Dispose();
        using var connection = Open(from);
        using var command = connection.CreateCommand();
        command.CommandText = "VACUUM INTO $to";
        command.Parameters.AddWithValue("$to", to);
        command.ExecuteNonQuery();
    }

    private static void Forget(string database)
    {
        using var connection = Open(database);
        using var session = new SqliteSession(connection);
        session.Run("DELETE FROM pre_key WHERE kind IN (0, 2)");
        session.Run("DELETE FROM attachment");
        session.Run("UPDATE invite SET revoked = 1");
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static BackupEntry Describe(string name, string path)
    {
        using var stream = File.OpenRead(path);
        return new BackupEntry(name, stream.Length, SHA256.HashData(stream));
    }

    private static void Add(TarWriter tar, string name, Stream content, DateTimeOffset now) => tar.WriteEntry(
        new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            ModificationTime = now,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
}
