using System.Formats.Tar;
using System.Security.Cryptography;

namespace Fluister.Client.Backups;

/// <summary>Writes the tar file in a backup.</summary>
internal sealed class BackupWriter(Stream output) : IDisposable
{
    private readonly TarWriter _tar = new(output, TarEntryFormat.Pax, leaveOpen: true);

    /// <summary>Writes what the backup is.</summary>
    public void Add(BackupLabel label)
    {
        var bytes = label.Write();
        _tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BackupLabel.File) { DataStream = new MemoryStream(bytes) });
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Writes a file; one that is gone by now is left out.</summary>
    public void AddFile(string name, string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }

        using (file)
        {
            _tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = file });
        }
    }

    /// <summary>Ends the tar file.</summary>
    public void Dispose() => _tar.Dispose();
}
