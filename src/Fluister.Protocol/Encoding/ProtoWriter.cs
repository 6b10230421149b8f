using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fluister.Protocol.Encoding;

/// <summary>Writes a protocol buffers message; the order of the calls is the order on the wire.</summary>
/// <remarks>What it held is cleared when it grows and when it is disposed of: records hold keys.</remarks>
internal sealed class ProtoWriter(int capacity = 256) : IDisposable
{
    private byte[] _bytes = new byte[capacity];
    private int _length;

    /// <summary>What was written so far.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>A varint field, written even where it is zero.</summary>
    public void UInt64(uint field, ulong value)
    {
        Varint((field << 3) | (uint)ProtoType.Varint);
        Varint(value);
    }

    /// <summary>A varint field of proto3, left out where it is zero.</summary>
    public void NonZero(uint field, ulong value)
    {
        if (value != 0)
        {
            UInt64(field, value);
        }
    }

    /// <summary>A fixed64 field, written even where it is zero.</summary>
    public void Fixed64(uint field, ulong value)
    {
        Varint((field << 3) | (uint)ProtoType.Fixed64);
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
    }

    /// <summary>A bytes field, written even where it is empty.</summary>
    public void Bytes(uint field, ReadOnlySpan<byte> value)
    {
        Varint((field << 3) | (uint)ProtoType.Bytes);
        Varint((ulong)value.Length);
        Raw(value);
    }

    /// <summary>A bytes field of proto3, left out where it is empty.</summary>
    public void NonEmpty(uint field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Bytes(field, value);
        }
    }

    /// <summary>A message field: what <paramref name="content"/> writes, with its length before it.</summary>
    public void Message<T>(uint field, T value, Action<ProtoWriter, T> content)
    {
        Varint((field << 3) | (uint)ProtoType.Bytes);
        var start = _length;
        content(this, value);

        // Only now the length is known: it goes before the content, which moves on for it.
        var length = _length - start;
        Varint((ulong)length);
        Span<byte> prefix = stackalloc byte[10];
        var written = _bytes.AsSpan(start, _length - start);
        var width = written.Length - length;
        written[length..].CopyTo(prefix);
        written[..length].CopyTo(written[width..]);
        prefix[..width].CopyTo(written);
    }

    /// <summary>Bytes as they are: a version byte before the fields, a MAC behind them.</summary>
    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Reserve(value.Length));

    /// <summary>A number in groups of seven bits, the lowest first.</summary>
    public void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            Reserve(1)[0] = (byte)(value | 0x80);
            value >>= 7;
        }

        Reserve(1)[0] = (byte)value;
    }

    /// <summary>A copy of what was written.</summary>
    public byte[] ToArray() => Written.ToArray();

    /// <summary>Clears what was written.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_bytes);
        _length = 0;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            var grown = new byte[Math.Max(_bytes.Length * 2, _length + count)];
            Written.CopyTo(grown);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = grown;
        }

        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
