using System.Buffers.Binary;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup;

/// <summary>Writes zkgroup's encoding into bytes of the right number; see <see cref="ZkReader"/>.</summary>
internal ref struct ZkWriter
{
    private readonly byte[] _bytes;
    private int _length;

    /// <summary>Begins a type of a number of bytes, with its first byte 0.</summary>
    public ZkWriter(int length)
    {
        _bytes = new byte[length];
        _length = 1;
    }

    /// <summary>A point.</summary>
    public void Point(in RistrettoPoint point) => point.Encode(Next(RistrettoPoint.Bytes));

    /// <summary>A scalar.</summary>
    public void Scalar(in Scalar25519 scalar) => scalar.Encode(Next(Scalar25519.Bytes));

    /// <summary>A number.</summary>
    public void Number(ulong number) => BinaryPrimitives.WriteUInt64LittleEndian(Next(sizeof(ulong)), number);

    /// <summary>Bytes as they are.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Next(bytes.Length));

    /// <summary>Bytes with their number before them.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number((ulong)bytes.Length);
        Raw(bytes);
    }

    /// <summary>All that was written.</summary>
    /// <exception cref="InvalidOperationException">Fewer bytes were written than were announced.</exception>
    public readonly byte[] Done() =>
        _length == _bytes.Length ? _bytes : throw new InvalidOperationException($"{_length} of {_bytes.Length} bytes were written.");

    private Span<byte> Next(int count)
    {
        var next = _bytes.AsSpan(_length, count);
        _length += count;
        return next;
    }
}
