using System.Buffers.Binary;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup;

/// <summary>Reads zkgroup's encoding: fields one after the other, numbers little endian in 8 bytes, lengths before bytes.</summary>
/// <remarks>libsignal, zkgroup/src/common/serialization.rs (bincode with fixed integers). Every type begins with the byte 0.</remarks>
internal ref struct ZkReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Begins to read a type.</summary>
    /// <exception cref="ProtocolException">The first byte is not 0.</exception>
    public ZkReader(ReadOnlySpan<byte> bytes)
    {
        _rest = bytes;
        if (Take(1)[0] != 0)
        {
            throw Malformed();
        }
    }

    /// <summary>A point.</summary>
    /// <exception cref="ProtocolException">The bytes are not the one encoding of a point.</exception>
    public RistrettoPoint Point() =>
        RistrettoPoint.TryDecode(Take(RistrettoPoint.Bytes), out var point) ? point : throw Malformed();

    /// <summary>A scalar.</summary>
    /// <exception cref="ProtocolException">Not below the group's order.</exception>
    public Scalar25519 Scalar() =>
        Scalar25519.TryDecode(Take(Scalar25519.Bytes), out var scalar) ? scalar : throw Malformed();

    /// <summary>A number.</summary>
    public ulong Number() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>As many bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    /// <summary>Bytes whose number comes before them.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var count = Number();
        return count <= (ulong)_rest.Length ? Take((int)count) : throw Malformed();
    }

    /// <summary>Ends the type.</summary>
    /// <exception cref="ProtocolException">Bytes follow.</exception>
    public readonly void End()
    {
        if (!_rest.IsEmpty)
        {
            throw Malformed();
        }
    }

    private static ProtocolException Malformed() => new(ProtocolError.Malformed, "Not the encoding of a zero-knowledge type.");
}
