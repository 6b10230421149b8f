namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>Bits into bytes, lowest first: RFC 1951, 3.1.1.</summary>
internal sealed class BitWriter(Stream output)
{
    private readonly byte[] _bytes = new byte[1 << 16];
    private ulong _bits;
    private int _count;
    private int _filled;

    /// <summary>The lowest <paramref name="count"/> bits, at most 32.</summary>
    public void Write(uint bits, int count)
    {
        _bits |= (ulong)bits << _count;
        for (_count += count; _count >= 8; _count -= 8)
        {
            Put();
        }
    }

    /// <summary>Fills up the last byte with zeros and hands on all.</summary>
    public void Flush()
    {
        if (_count > 0)
        {
            Put();
            _count = 0;
        }

        output.Write(_bytes, 0, _filled);
        _filled = 0;
    }

    private void Put()
    {
        if (_filled == _bytes.Length)
        {
            output.Write(_bytes);
            _filled = 0;
        }

        _bytes[_filled++] = (byte)_bits;
        _bits >>= 8;
    }
}
