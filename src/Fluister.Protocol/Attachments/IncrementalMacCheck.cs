using System.Security.Cryptography;

namespace Fluister.Protocol.Attachments;

/// <summary>Checks a stream against the MACs of its chunks, and says up to where it may be used.</summary>
public sealed class IncrementalMacCheck : IDisposable
{
    private readonly IncrementalMac _mac;
    private readonly int _chunkBytes;
    private readonly ReadOnlyMemory<byte> _expected;
    private int _checked;

    /// <summary>Begins.</summary>
    /// <param name="key">The key, of any length.</param>
    /// <param name="chunkBytes">Bytes of a chunk, as the sender says.</param>
    /// <param name="macs">The MACs, as the sender says.</param>
    /// <exception cref="ProtocolException">Malformed: no bytes or too many to a chunk, or not whole MACs.</exception>
    public IncrementalMacCheck(ReadOnlySpan<byte> key, int chunkBytes, ReadOnlyMemory<byte> macs)
    {
        if (chunkBytes is < 1 or > Limits.AttachmentChunkBytes || macs.IsEmpty || macs.Length % IncrementalMac.MacBytes != 0)
        {
            throw new ProtocolException(ProtocolError.Malformed, "Chunks must have 1 byte to 2 MiB, and a MAC of 32 bytes each.");
        }

        _mac = new IncrementalMac(key, chunkBytes);
        _chunkBytes = chunkBytes;
        _expected = macs;
    }

    /// <summary>Takes in more of the stream.</summary>
    /// <returns>How many bytes from the beginning are checked now: whole chunks.</returns>
    /// <exception cref="ProtocolException">Not authentic.</exception>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        _mac.Append(bytes);
        while (_checked < _mac.Macs.Length)
        {
            // The very last MAC is that of the end: another chunk needs one more behind it.
            var next = _checked + IncrementalMac.MacBytes;
            if (next > _expected.Length
                || !CryptographicOperations.FixedTimeEquals(_expected.Span[_checked..next], _mac.Macs[_checked..next]))
            {
                throw NotAuthentic();
            }

            _checked = next;
        }

        return (long)(_checked / IncrementalMac.MacBytes) * _chunkBytes;
    }

    /// <summary>Checks the end.</summary>
    /// <exception cref="ProtocolException">Not authentic, or not all of the stream.</exception>
    public void Finish()
    {
        Span<byte> mac = stackalloc byte[IncrementalMac.MacBytes];
        _mac.Current(mac);
        if (!CryptographicOperations.FixedTimeEquals(_expected.Span[_checked..], mac))
        {
            throw NotAuthentic();
        }
    }

    /// <summary>Frees the hash.</summary>
    public void Dispose() => _mac.Dispose();

    private static ProtocolException NotAuthentic() => new(ProtocolError.NotAuthentic, "A chunk of an attachment is not authentic.");
}
