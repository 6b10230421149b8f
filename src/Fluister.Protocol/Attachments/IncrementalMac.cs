using System.Buffers;
using System.Security.Cryptography;

namespace Fluister.Protocol.Attachments;

/// <summary>HMAC-SHA256 of a stream and of its beginnings, chunk by chunk, so that these can be trusted before the end is there.</summary>
/// <remarks>As libsignal's incremental_mac.rs: each MAC covers all bytes so far; the last one all, even behind a whole chunk.</remarks>
public sealed class IncrementalMac : IDisposable
{
    /// <summary>Bytes of a MAC.</summary>
    public const int MacBytes = 32;

    private const int LeastChunk = 64 * 1024;
    private const int MostChunk = Limits.AttachmentChunkBytes;

    // A chunk is chosen so that all MACs have 8 KiB.
    private const int Chunks = 8 * 1024 / MacBytes;

    private readonly IncrementalHash _hmac;
    private readonly int _chunkBytes;
    private readonly ArrayBufferWriter<byte> _macs = new();
    private int _inChunk;

    /// <summary>Begins.</summary>
    /// <param name="key">The key, of any length.</param>
    /// <param name="chunkBytes">Bytes of a chunk, 1 or more.</param>
    public IncrementalMac(ReadOnlySpan<byte> key, int chunkBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(chunkBytes, 1);
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        _chunkBytes = chunkBytes;
    }

    /// <summary>The bytes of a chunk for a stream of a known length: 64 KiB to 2 MiB.</summary>
    public static int ChunkBytesFor(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return (int)Math.Clamp(((length - 1) / Chunks) + 1, LeastChunk, MostChunk);
    }

    /// <summary>The MACs of all whole chunks so far.</summary>
    public ReadOnlySpan<byte> Macs => _macs.WrittenSpan;

    /// <summary>Takes in more of the stream.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(bytes.Length, _chunkBytes - _inChunk);
            _hmac.AppendData(bytes[..count]);
            bytes = bytes[count..];
            _inChunk += count;
            if (_inChunk == _chunkBytes)
            {
                Current(_macs.GetSpan(MacBytes)[..MacBytes]);
                _macs.Advance(MacBytes);
                _inChunk = 0;
            }
        }
    }

    /// <summary>The MAC of all bytes so far.</summary>
    public void Current(Span<byte> mac) => _hmac.GetCurrentHash(mac);

    /// <summary>The MACs of all chunks and the one of the whole.</summary>
    public byte[] Finish()
    {
        Current(_macs.GetSpan(MacBytes)[..MacBytes]);
        _macs.Advance(MacBytes);
        return _macs.WrittenSpan.ToArray();
    }

    /// <summary>Frees the hash.</summary>
    public void Dispose() => _hmac.Dispose();
}
