using System.Security.Cryptography;
using System.Text;
using Fluister.Server.Operations;

namespace Fluister.Server.Blobs;

/// <summary>Attachments and avatars of peers, whole ones, as files: at most so many bytes; the one that was read least lately goes.</summary>
/// <remarks>A file is named by the SHA-256 of its key, so that a key, which opens the download, is not on the disk. It has its name when all
/// of it is on the disk; before, it is in the folder of parts, which is emptied at the start. What fails here is not kept, and no more: the
/// bytes go on to who asked. Which file was read last is known in memory; after a start the older ones go first.</remarks>
internal sealed class BlobCache
{
    private const int Shard = 2;
    private const string Parts = "parts";

    private readonly string _folder;
    private readonly long _most;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _writing = [];
    private readonly Dictionary<string, LinkedListNode<(string Name, long Length, DateTimeOffset Fetched)>> _blobs = [];
    private readonly LinkedList<(string Name, long Length, DateTimeOffset Fetched)> _order = new();
    private long _taken;

    /// <summary>Takes what is there; a folder that cannot be read is as an empty one.</summary>
    /// <param name="folder">For nothing else.</param>
    /// <param name="most">Most bytes.</param>
    /// <param name="time">The clock.</param>
    public BlobCache(string folder, long most, TimeProvider time)
    {
        (_folder, _most, _time) = (folder, most, time);
        try
        {
            Take();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The server is of use without it.
        }
    }

    /// <summary>Bytes of the disk that stay free for what matters more.</summary>
    public long Reserve { get; set; } = ServerLimits.DiskReserve;

    /// <summary>Bytes that are taken, with those that are to come.</summary>
    public long Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>Opens a blob, or none; it can be read to its end, even where it goes meanwhile.</summary>
    public FileStream? Open(string key)
    {
        var name = Name(key);
        lock (_lock)
        {
            if (!_blobs.TryGetValue(name, out var blob))
            {
                return null;
            }

            if (blob.Value.Fetched + ServerLimits.CachedBlobAge <= _time.GetUtcNow())
            {
                Remove(blob);
                return null;
            }

            _order.Remove(blob);
            _order.AddLast(blob);
            try
            {
                return new FileStream(Whole(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                Remove(blob);
                return null;
            }
        }
    }

    /// <summary>Begins to keep a blob, for which room is made; none where there is none, or another is at it.</summary>
    public BlobWriter? Begin(string key, long length)
    {
        var (name, size, fits) = (Name(key), Blocks(length), false);
        lock (_lock)
        {
            if (size > _most || _blobs.ContainsKey(name) || !_writing.Add(name))
            {
                return null;
            }

            while ((_taken + size > _most || _blobs.Count + _writing.Count > ServerLimits.CachedBlobs) && _order.First is { } oldest)
            {
                Remove(oldest);
            }

            _taken += size;
            fits = _taken <= _most;
        }

        if (fits && HasRoom(size) && Create(name) is { } stream)
        {
            return new BlobWriter(this, name, length, stream);
        }

        End(name, length, isWhole: false);
        return null;
    }

    /// <summary>Removes what has been kept long enough.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            foreach (var name in _blobs.Keys.ToList())
            {
                if (_blobs[name].Value.Fetched + ServerLimits.CachedBlobAge <= _time.GetUtcNow())
                {
                    Remove(_blobs[name]);
                }
            }
        }
    }

    /// <summary>Ends what <see cref="Begin"/> began: the file gets its name, where it is whole and on the disk, or goes.</summary>
    public void End(string name, long length, bool isWhole)
    {
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            _writing.Remove(name);
            try
            {
                if (isWhole)
                {
                    File.SetLastWriteTimeUtc(Part(name), now.UtcDateTime);
                    Directory.CreateDirectory(Path.GetDirectoryName(Whole(name))!);
                    File.Move(Part(name), Whole(name), overwrite: true);
                    _blobs[name] = _order.AddLast((name, length, now));
                    return;
                }

                File.Delete(Part(name));
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                // What is left of it goes at the next start.
            }

            _taken -= Blocks(length);
        }
    }

    private static string Name(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static long Blocks(long length) =>
        (Math.Max(length, 1) + ServerLimits.DiskBlock - 1) / ServerLimits.DiskBlock * ServerLimits.DiskBlock;

    private void Take()
    {
        var parts = Path.Combine(_folder, Parts);
        if (Directory.Exists(parts))
        {
            Directory.Delete(parts, recursive: true);
        }

        Directory.CreateDirectory(parts);
        var files = new DirectoryInfo(_folder).EnumerateDirectories().Where(shard => shard.Name.Length == Shard)
            .SelectMany(shard => shard.EnumerateFiles()).OrderBy(file => file.LastWriteTimeUtc);
        foreach (var file in files)
        {
            _blobs[file.Name] = _order.AddLast((file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero)));
            _taken += Blocks(file.Length);
        }

        // The operator may have lowered the bound.
        while ((_taken > _most || _blobs.Count > ServerLimits.CachedBlobs) && _order.First is { } oldest)
        {
            Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<(string Name, long Length, DateTimeOffset Fetched)> blob)
    {
        _order.Remove(blob);
        _blobs.Remove(blob.Value.Name);
        _taken -= Blocks(blob.Value.Length);
        try
        {
            File.Delete(Whole(blob.Value.Name));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            // The next start finds it.
        }
    }

    private bool HasRoom(long bytes)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(_folder)).AvailableFreeSpace - bytes > Reserve;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private FileStream? Create(string name)
    {
        try
        {
            return DataFolder.Create(Part(name));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string Part(string name) => Path.Combine(_folder, Parts, name);

    private string Whole(string name) => Path.Combine(_folder, name[..Shard], name);
}
