using System.Formats.Tar;
using System.Security.Cryptography;
using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;

namespace Fluister.Client.Backups;

/// <summary>Reads the tar file in a backup. It is authentic, and believed no more for that: only names that a backup has are
/// written.</summary>
internal sealed class BackupReader(Stream plain) : IDisposable
{
    private const int MaximumLabel = 64 * 1024;

    private readonly TarReader _tar = new(plain, leaveOpen: true);

    /// <summary>What the backup is; to be called first.</summary>
    /// <exception cref="ArchiveException">Damaged; Unsupported.</exception>
    public BackupLabel Label() => Told(() =>
    {
        if (_tar.GetNextEntry() is not { EntryType: TarEntryType.RegularFile, Name: BackupLabel.File, DataStream: { } data }
            || data.Length > MaximumLabel)
        {
            throw Malformed();
        }

        var bytes = new byte[data.Length];
        data.ReadExactly(bytes);
        try
        {
            return BackupLabel.Read(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    });

    /// <summary>Writes all files into a folder, and reads the backup to its end.</summary>
    /// <exception cref="ArchiveException">Damaged.</exception>
    public void Extract(AccountFolder folder) => Told(() =>
    {
        var hasStore = false;
        while (_tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType != TarEntryType.RegularFile)
            {
                throw Malformed();
            }

            if (entry.Name == BackupLabel.Store && !hasStore)
            {
                hasStore = true;
                Extract(entry, folder.Database);
            }
            else if (entry.Name.StartsWith(BackupLabel.Attachments, StringComparison.Ordinal)
                && StoreCopy.IsFile(entry.Name.AsSpan(BackupLabel.Attachments.Length)))
            {
                var path = Path.Combine(folder.Attachments, entry.Name[BackupLabel.Attachments.Length..]);
                PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
                Extract(entry, path);
            }
            else
            {
                throw Malformed();
            }
        }

        // Only whoever has read the end knows that nothing is missing.
        Span<byte> rest = stackalloc byte[512];
        while (plain.Read(rest) > 0)
        {
        }

        return hasStore ? true : throw Malformed();
    });

    /// <summary>Lets go of the file.</summary>
    public void Dispose() => _tar.Dispose();

    /// <summary>An authentic file that is no backup.</summary>
    internal static ArchiveException Malformed() =>
        new(ArchiveError.Damaged, "The file opens, but is no backup of an account. Give the file that `fluister account backup` wrote.");

    private static void Extract(TarEntry entry, string path)
    {
        using var file = new FileStream(path, PrivateFiles.New(FileShare.None));
        entry.DataStream?.CopyTo(file);
        file.Flush(flushToDisk: true);
    }

    private static T Told<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or EndOfStreamException)
        {
            throw Malformed();
        }
    }
}
