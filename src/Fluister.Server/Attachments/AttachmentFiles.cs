using System.Security.Cryptography;
using Fluister.Server.Operations;

namespace Fluister.Server.Attachments;

/// <summary>The files of attachments: whole ones by the SHA-256 of their bytes, unfinished ones by their key.</summary>
/// <remarks>A file has its hash as its name only when all of it is on the disk. Readers do not know hashes: they name a key, which the
/// database leads to the hash.</remarks>
internal sealed class AttachmentFiles(string folder)
{
    private const int Shard = 2;
    private const string Parts = "parts";

    // Between giving a file its name and deleting one that nobody needs.
    private readonly Lock _naming = new();

    /// <summary>Whether there is room for so many bytes more.</summary>
    public bool HasRoom(long bytes)
    {
        Directory.CreateDirectory(folder);
        return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace - bytes > ServerLimits.DiskReserve;
    }

    /// <summary>The whole file with a hash, or none.</summary>
    public FileInfo? Find(byte[] hash) => new FileInfo(Whole(hash)) is { Exists: true } file ? file : null;

    /// <summary>How many bytes of an upload are here.</summary>
    public long Length(Guid key) => new FileInfo(Part(key)) is { Exists: true } part ? part.Length : 0;

    /// <summary>Opens an upload at its end, for this caller alone; none where another has it open.</summary>
    public FileStream? Open(Guid key)
    {
        Directory.CreateDirectory(Path.Combine(folder, Parts));
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            var stream = new FileStream(Part(key), options);
            stream.Seek(0, SeekOrigin.End);
            return stream;
        }
        catch (IOException held) when (held.HResult == PosixFiles.WouldBlock)
        {
            return null;
        }
    }

    /// <summary>Puts an upload on the disk, with its place in the folder, and gives its hash.</summary>
    /// <exception cref="IOException">The disk fails. What it had of these bytes may be gone, so the upload must not be tried
    /// again.</exception>
    public async Task<byte[]> SyncAsync(FileStream stream)
    {
        PosixFiles.SyncFile(stream);
        PosixFiles.SyncFolder(Path.Combine(folder, Parts));
        stream.Position = 0;
        return await SHA256.HashDataAsync(stream).ConfigureAwait(false);
    }

    /// <summary>Gives an upload that is on the disk the name of its hash; nothing where it has it.</summary>
    public void Name(Guid key, byte[] hash, long length)
    {
        var (part, whole) = (new FileInfo(Part(key)), Whole(hash));
        lock (_naming)
        {
            if (!part.Exists)
            {
                return;
            }

            // Of one that has its name already: somebody tried to begin it again, and was refused.
            if (part.Length != length)
            {
                part.Delete();
                return;
            }

            var shard = Path.GetDirectoryName(whole)!;
            if (!Directory.Exists(shard))
            {
                Directory.CreateDirectory(shard);
                PosixFiles.SyncFolder(folder);
            }

            part.MoveTo(whole, overwrite: true);
            PosixFiles.SyncFolder(shard);
        }
    }

    /// <summary>Removes an upload.</summary>
    public void Delete(Guid key) => File.Delete(Part(key));

    /// <summary>The keys of uploads.</summary>
    public IEnumerable<Guid> Uploads() => Names(Path.Combine(folder, Parts))
        .Select(name => Guid.TryParseExact(name, "D", out var key) ? key : Guid.Empty).Where(key => key != Guid.Empty);

    /// <summary>Removes whole files whose hash nobody needs.</summary>
    public void DeleteUnless(Func<byte[], bool> isNeeded)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var shard in Directory.EnumerateDirectories(folder).Where(shard => Path.GetFileName(shard).Length == Shard))
        {
            foreach (var name in Names(shard).Where(name => name.Length == 2 * SHA256.HashSizeInBytes))
            {
                lock (_naming)
                {
                    if (!isNeeded(Convert.FromHexString(name)))
                    {
                        File.Delete(Path.Combine(shard, name));
                    }
                }
            }
        }
    }

    private static IEnumerable<string> Names(string of) =>
        Directory.Exists(of) ? Directory.EnumerateFiles(of).Select(file => Path.GetFileName(file)) : [];

    private string Part(Guid key) => Path.Combine(folder, Parts, key.ToString());

    private string Whole(byte[] hash)
    {
        var name = Convert.ToHexStringLower(hash);
        return Path.Combine(folder, name[..Shard], name);
    }
}
