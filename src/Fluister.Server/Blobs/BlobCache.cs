using System.Security.Cryptography;
using System.Text;

namespace Fluister.Server.Blobs;

/// <summary>Attachments and avatars of peers, whole ones, as files: at most so many bytes; what was read least lately goes.</summary>
/// <remarks>A file is named by the SHA-256 of its key, so that a key, which opens the download, is not on the disk. It has its name when
/// all of it is on the disk; before, it is in a folder that is emptied at the start. What fails here is not kept, and no more: the bytes
/// go on to who asked. Which file was read last is known in memory; after a start the older ones go first.</remarks>
internal sealed class BlobCache
{
    private readonly BlobFiles _files;
    private readonly long _most;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _writing = [];
    private readonly Dictionary<string, LinkedListNode<(string Name, long Length, DateTimeOffset Fetched)>> _blobs = [];
    private readonly LinkedList<(string Name, long Length, DateTimeOffset Fetched)> _order = new();
    private long _taken;

    /// <summary>Takes what is there.</summary>
    /// <param name="folder">For nothing else.</param>
    /// <param name="most">Most bytes.</param>
    /// <param name="time">The clock.</param>
    public BlobCache(string folder, long most, TimeProvider time)
    {
        (_files, _most, _time) = (new BlobFiles(folder), most, time);
        foreach (var blob in _files.TakeOver())
        {
            _blobs[blob.Name] = _order.AddLast(blob);
            _taken += Blocks(blob.Length);
        }

        // The operator may have lowered the bound.
        MakeRoom(0);
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
        lock (_lock)
        {
            if (!_blobs.TryGetValue(Name(key), out var blob))
            {
                return null;
            }

            if (!IsOld(blob.Value) && _files.Open(blob.Value.Name) is { } stream)
            {
                _order.Remove(blob);
                _order.AddLast(blob);
                return stream;
            }

            Remove(blob);
            return null;
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

            MakeRoom(size);
            _taken += size;
            fits = _taken <= _most;
        }

        if (fits && _files.HasRoom(size, Reserve) && _files.Create(name) is { } stream)
        {
            return new BlobWriter(this, name, length, stream);
        }

        End(name, length, isWhole: false);
        return null;
    }

    /// <summary>Ends what <see cref="Begin"/> began: the file gets its name, where it is whole and on the disk, or goes.</summary>
    public void End(string name, long length, bool isWhole)
    {
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            _writing.Remove(name);
            if (isWhole && _files.Name(name, now))
            {
                _blobs[name] = _order.AddLast((name, length, now));
                return;
            }

            _files.RemovePart(name);
            _taken -= Blocks(length);
        }
    }

    /// <summary>Removes what has been kept long enough.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            foreach (var blob in _blobs.Values.Where(blob => IsOld(blob.Value)).ToList())
            {
                Remove(blob);
            }
        }
    }

    private static string Name(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static long Blocks(long length) =>
        (Math.Max(length, 1) + ServerLimits.DiskBlock - 1) / ServerLimits.DiskBlock * ServerLimits.DiskBlock;

    private bool IsOld((string Name, long Length, DateTimeOffset Fetched) blob) =>
        blob.Fetched + ServerLimits.CachedBlobAge <= _time.GetUtcNow();

    private void MakeRoom(long size)
    {
        while ((_taken + size > _most || _blobs.Count + _writing.Count > ServerLimits.CachedBlobs) && _order.First is { } oldest)
        {
            Remove(oldest);
        }
    }

    private void Remove(LinkedListNode<(string Name, long Length, DateTimeOffset Fetched)> blob)
    {
        _order.Remove(blob);
        _blobs.Remove(blob.Value.Name);
        _taken -= Blocks(blob.Value.Length);
        _files.Remove(blob.Value.Name);
    }
}
