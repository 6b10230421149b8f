using System.Diagnostics;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Summaries.Cache;

/// <summary>What a model wrote of parts of conversations, kept so that the next digest need not ask again; encrypted.</summary>
/// <remarks>
/// <para>An entry lives only as long as every message that it was made of: <see cref="Expire"/>. A file that is damaged or of another
/// version is put aside, a disk that is full only costs the newest entries: <see cref="Warning"/> says so, nothing throws.</para>
/// <para>Two runs may use one archive's cache at once: each writes what it adds and removes into what is there. Safe for use by several
/// threads.</para>
/// </remarks>
public sealed class DigestCache : IDisposable
{
    /// <summary>Larger entries are not kept.</summary>
    private const int MaximumEntryBytes = 1024 * 1024;

    /// <summary>Rows that are asked for at once.</summary>
    private const int RowsAtOnce = 1000;

    /// <summary>Of the time, at most a part in so many goes into writing: else a fast model would wait for the disk.</summary>
    private const int WritingShare = 20;

    private readonly Lock _gate = new();
    private readonly CacheFile _file;

    /// <summary>Those used longest ago first.</summary>
    private readonly OrderedDictionary<string, CacheEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>What was put (or, null, dropped) since the last write.</summary>
    private readonly OrderedDictionary<string, CacheEntry?> _changes = new(StringComparer.Ordinal);

    /// <summary>What was used since the last write; later uses later.</summary>
    private readonly OrderedDictionary<string, bool> _used = new(StringComparer.Ordinal);

    private long _lastWriteEnd;
    private TimeSpan _lastWriteTime;
    private bool _isClosed;

    private DigestCache(CacheFile file) => _file = file;

    /// <summary>A sentence for the person where the cache was of no use or could not be kept; else null.</summary>
    public string? Warning { get; private set; }

    /// <summary>Opens the cache of one archive. Makes no file before something is put.</summary>
    /// <param name="folder">Where the caches of all archives lie; made, for its owner only, where it is not there.</param>
    /// <param name="secret">At least 32 bytes, derived from the store's key for this purpose alone; also says which file it is.</param>
    public static DigestCache Open(string folder, Secret secret)
    {
        var cache = new DigestCache(new CacheFile(folder, secret));
        try
        {
            cache._file.Tidy();
            foreach (var entry in cache._file.Read())
            {
                cache._entries[entry.Key] = entry;
            }
        }
        catch (Exception e) when (e is ArchiveException or IOException or UnauthorizedAccessException)
        {
            cache._entries.Clear();
            cache.Warning = e is ArchiveException ? e.Message
                : $"The digest cache cannot be read: {e.Message} What it held is asked of the model again.";
        }

        return cache;
    }

    /// <summary>Deletes the caches of all archives; needs no key.</summary>
    /// <param name="folder">As for <see cref="Open"/>.</param>
    /// <exception cref="IOException">One cannot be deleted.</exception>
    public static void Forget(string folder) => CacheFile.DeleteAll(folder);

    /// <summary>What was put under this key; null where nothing is.</summary>
    /// <param name="key">32 bytes: a hash over messages, prompt, model and parameters.</param>
    public byte[]? Get(ReadOnlySpan<byte> key)
    {
        var name = NameOf(key);
        lock (_gate)
        {
            if (!_entries.Remove(name, out var entry))
            {
                return null;
            }

            _entries.Add(name, entry);
            _used.Remove(name);
            _used.Add(name, true);
            return (byte[])entry.Value.Clone();
        }
    }

    /// <summary>Keeps a text. It is on the disk at once, or soon where many come in a short time; all are when this is disposed
    /// of.</summary>
    /// <param name="key">As for <see cref="Get"/>.</param>
    /// <param name="sources">Every message that the model saw for it; at least one.</param>
    /// <param name="value">The text.</param>
    public void Put(ReadOnlySpan<byte> key, IReadOnlyList<CachedMessage> sources, ReadOnlySpan<byte> value)
    {
        if (sources.Count == 0 || sources.Any(x => x.Hash.Length != CachedMessage.HashBytes))
        {
            throw new ArgumentException("What is cached is made of messages, each with its hash.", nameof(sources));
        }

        var entry = new CacheEntry(NameOf(key), [.. sources], value.ToArray());
        lock (_gate)
        {
            if (entry.Size > MaximumEntryBytes)
            {
                return;
            }

            _changes[entry.Key] = entry;
            _used.Remove(entry.Key);
            _used.Add(entry.Key, true);
            _entries.Remove(entry.Key);
            _entries.Add(entry.Key, entry);
            if (Stopwatch.GetElapsedTime(_lastWriteEnd) >= WritingShare * _lastWriteTime)
            {
                Write();
            }
        }
    }

    /// <summary>Drops every entry one of whose messages is gone, erased, changed, or disappears or may be viewed once by now.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="ArchiveException">The store cannot be read.</exception>
    public int Expire(ConversationArchive archive)
    {
        lock (_gate)
        {
            // What the selection leaves out, disappearing and view-once messages, is as good as gone.
            var rows = _entries.Values.SelectMany(x => x.Sources).Select(x => x.RowId).Distinct().Order().ToList();
            var now = new Dictionary<long, CachedMessage>();
            foreach (var part in rows.Chunk(RowsAtOnce))
            {
                foreach (var message in archive.ReadRows(part, new Archive.Conversations.Selection()).Where(x => !x.IsErased))
                {
                    now[message.RowId] = CachedMessage.Of(message);
                }
            }

            var expired = _entries.Values.Where(x => !x.Sources.All(IsAlive)).Select(x => x.Key).ToList();
            foreach (var key in expired)
            {
                Drop(key);
            }

            if (expired.Count > 0 && !Write())
            {
                Remove();
            }

            return expired.Count;

            bool IsAlive(CachedMessage source) => now.TryGetValue(source.RowId, out var message)
                && string.Equals(message.Id, source.Id, StringComparison.Ordinal) && message.Hash.AsSpan().SequenceEqual(source.Hash);
        }
    }

    /// <summary>Writes what is not on the disk yet.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_isClosed && (_changes.Count > 0 || _used.Count > 0))
            {
                Write();
            }

            _isClosed = true;
            _file.Dispose();
        }
    }

    private static string NameOf(ReadOnlySpan<byte> key) => key.Length == CacheEntry.KeyBytes ? Convert.ToHexString(key)
        : throw new ArgumentException($"A key has {CacheEntry.KeyBytes} bytes.", nameof(key));

    private void Drop(string key)
    {
        _entries.Remove(key);
        _used.Remove(key);
        _changes[key] = null;
    }

    /// <summary>Puts the changes into the file; false where the disk does not let us.</summary>
    private bool Write()
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            _file.Change(there =>
            {
                _entries.Clear();
                foreach (var entry in there)
                {
                    _entries[entry.Key] = entry;
                }

                Merge();
                return _entries.Values;
            });
            _changes.Clear();
            _used.Clear();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // The last is how .NET calls a file that would be larger than the system allows.
            var why = e is ArgumentOutOfRangeException ? "the file would be too large." : e.Message;
            Warning = $"The digest cache cannot be written: {why} What it would have kept is asked of the model again next time.";
            return false;
        }
        finally
        {
            _lastWriteEnd = Stopwatch.GetTimestamp();
            _lastWriteTime = Stopwatch.GetElapsedTime(start, _lastWriteEnd);
        }
    }

    private void Merge()
    {
        foreach (var (key, entry) in _changes)
        {
            _entries.Remove(key);
            if (entry is not null)
            {
                _entries.Add(key, entry);
            }
        }

        foreach (var key in _used.Keys)
        {
            if (_entries.Remove(key, out var entry))
            {
                _entries.Add(key, entry);
            }
        }

        var over = _entries.Values.Sum(x => (long)x.Size) - CacheFile.MaximumBytes;
        while (over > 0)
        {
            over -= _entries.GetAt(0).Value.Size;
            _entries.RemoveAt(0);
        }
    }

    /// <summary>What has expired must not stay because the disk is full: then the whole file goes.</summary>
    private void Remove()
    {
        try
        {
            _file.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warning = $"The digest cache holds what was deleted since, and cannot be changed: {e.Message} Delete it.";
        }
    }
}
