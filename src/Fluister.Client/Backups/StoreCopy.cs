using System.Buffers;
using System.Security.Cryptography;
using Fluister.Archive.Accounts;
using Fluister.Cryptography;
using Fluister.SqlCipher;

namespace Fluister.Client.Backups;

/// <summary>A copy of an account's store beside it, for as long as a backup is written; encrypted as the store is.</summary>
internal sealed class StoreCopy : IDisposable
{
    private const string Prefix = "backup-";
    private const string Suffix = ".sqlite";

    /// <summary>After this time nobody is at a copy any more.</summary>
    private static readonly TimeSpan s_abandoned = TimeSpan.FromDays(1);

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    private readonly Secret _key;

    /// <summary>Makes it: one state, while others read and write.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public StoreCopy(AccountFolder folder, Secret key, Secret copyKey, DateTimeOffset now, Action<double> progress)
    {
        _key = copyKey;
        var beside = System.IO.Path.GetDirectoryName(folder.Database)!;
        foreach (var left in Directory.EnumerateFiles(beside, Prefix + "*"))
        {
            if (now.UtcDateTime - File.GetLastWriteTimeUtc(left) > s_abandoned)
            {
                File.Delete(left);
            }
        }

        Path = System.IO.Path.Combine(beside, Prefix + RandomNumberGenerator.GetHexString(16, lowercase: true) + Suffix);
        try
        {
            using var store = CipherStore.Open(folder.Database, key);
            store.BackUp(Path, copyKey, progress);
        }
        catch (CipherException fault)
        {
            Dispose();
            throw new ClientException(ClientError.Store, fault.Message, fault);
        }
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Whether this is the name of a message's file below the folder of attachments: two digits, and a name that begins with
    /// them.</summary>
    public static bool IsFile(ReadOnlySpan<char> name) =>
        name.Length is > 3 and <= 128 && name[2] == '/' && name[3..].StartsWith(name[..2], StringComparison.Ordinal)
            && !name[3..].ContainsAnyExcept(s_digits);

    /// <summary>The files that it names.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public IReadOnlyList<string> Files()
    {
        try
        {
            using var store = CipherDatabase.Open(Path, _key);
            using var paths = store.Prepare(
                "SELECT path FROM message_attachments WHERE path IS NOT NULL UNION "
                    + "SELECT thumbnailPath FROM message_attachments WHERE thumbnailPath IS NOT NULL UNION "
                    + "SELECT screenshotPath FROM message_attachments WHERE screenshotPath IS NOT NULL UNION "
                    + "SELECT json_extract(json, '$.profileAvatar.path') FROM conversations "
                    + "WHERE json_extract(json, '$.profileAvatar.path') IS NOT NULL UNION "
                    + "SELECT json_extract(json, '$.avatar.path') FROM conversations "
                    + "WHERE json_extract(json, '$.avatar.path') IS NOT NULL");
            var files = new List<string>();
            while (paths.Step())
            {
                if (paths.Text(0) is { } path && IsFile(path))
                {
                    files.Add(path);
                }
            }

            return files;
        }
        catch (CipherException fault)
        {
            throw new ClientException(ClientError.Store, fault.Message, fault);
        }
    }

    /// <summary>Removes it.</summary>
    public void Dispose()
    {
        foreach (var end in (string[])["", ".new", ".new-wal", ".new-shm"])
        {
            File.Delete(Path + end);
        }
    }
}
