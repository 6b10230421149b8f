using System.Security.Cryptography;

namespace Fluister.Protocol.Ratchets;

/// <summary>The keys of a chain's messages that were passed over, at most <see cref="Limits.MessageKeys"/>, the oldest first.</summary>
internal sealed class SkippedKeys : IDisposable
{
    private readonly List<SkippedKey> _keys = [];

    /// <summary>All of them, the newest first, as records have them.</summary>
    public IEnumerable<SkippedKey> NewestFirst => _keys.AsEnumerable().Reverse();

    /// <summary>Adds keys that are newer than those held; the oldest beyond the limit are dropped.</summary>
    public void Add(List<SkippedKey> newer)
    {
        _keys.AddRange(newer);
        var excess = _keys.Count - Limits.MessageKeys;
        if (excess > 0)
        {
            foreach (var dropped in _keys.Take(excess))
            {
                CryptographicOperations.ZeroMemory(dropped.Material);
            }

            _keys.RemoveRange(0, excess);
        }
    }

    /// <summary>Adds keys in the order of records.</summary>
    public void AddNewestFirst(List<SkippedKey> keys)
    {
        keys.Reverse();
        Add(keys);
    }

    /// <summary>The key of a message, which stays until it is removed.</summary>
    public SkippedKey? Find(uint index)
    {
        var at = _keys.FindLastIndex(key => key.Index == index);
        return at < 0 ? null : _keys[at];
    }

    /// <summary>Removes and clears the key of a message.</summary>
    public void Remove(uint index)
    {
        var at = _keys.FindLastIndex(key => key.Index == index);
        CryptographicOperations.ZeroMemory(_keys[at].Material);
        _keys.RemoveAt(at);
    }

    public void Dispose()
    {
        foreach (var key in _keys)
        {
            CryptographicOperations.ZeroMemory(key.Material);
        }

        _keys.Clear();
    }
}
