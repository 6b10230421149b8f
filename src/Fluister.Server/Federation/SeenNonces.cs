using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Server.Federation;

/// <summary>What a peer has signed of late, so that nothing is taken twice, whoever sends it again.</summary>
/// <remarks>In two halves: when one is full, or old, the other is forgotten, and what was made as early as anything in it is refused from
/// then on. So it never grows, and never takes the same again.</remarks>
/// <param name="window">How long something could be sent again, were it not known here.</param>
internal sealed class SeenNonces(TimeSpan window)
{
    private readonly Lock _lock = new();
    private HashSet<ulong> _now = [];
    private HashSet<ulong> _before = [];
    private DateTimeOffset _began = DateTimeOffset.MinValue;
    private long _latestNow;
    private long _latestBefore;
    private long _forgotten;

    /// <summary>Takes note of one.</summary>
    /// <param name="nonce">Of the signature.</param>
    /// <param name="created">When it was made, in seconds since 1970.</param>
    /// <param name="now">The time.</param>
    /// <param name="most">Most that are kept.</param>
    /// <returns>False where it was seen, or may have been.</returns>
    public bool TryAdd(string nonce, long created, DateTimeOffset now, int most)
    {
        // Half a hash: a peer that finds two that are alike gains that one of them is refused.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(nonce), hash);
        var seen = BinaryPrimitives.ReadUInt64BigEndian(hash);
        lock (_lock)
        {
            if (_now.Count >= most / 2 || now - _began > window)
            {
                _forgotten = Math.Max(_forgotten, _latestBefore);
                (_now, _before) = (_before, _now);
                (_latestNow, _latestBefore) = (0, _latestNow);
                _began = now;
                _now.Clear();
            }

            if (created <= _forgotten || _before.Contains(seen) || !_now.Add(seen))
            {
                return false;
            }

            _latestNow = Math.Max(_latestNow, created);
            return true;
        }
    }
}
