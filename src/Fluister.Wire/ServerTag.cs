using System.Globalization;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Wire;

/// <summary>Names a home server in every id that it mints: the first 40 bits of SHA-256 over its genesis identity key.</summary>
/// <remarks>An id is a UUID in the form of version 4, whose first 40 bits are the tag and whose other 82 free bits are random. So an id
/// carries
/// the route to its home, and no directory is needed.</remarks>
public readonly record struct ServerTag(ulong Value)
{
    /// <summary>Bits of a tag.</summary>
    public const int Bits = 40;

    /// <summary>Bytes of a tag.</summary>
    public const int Bytes = Bits / 8;

    /// <summary>The tag of the server with a genesis identity key.</summary>
    public static ServerTag Of(PublicKey genesis)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(genesis.Serialized, hash);
        return Read(hash);
    }

    /// <summary>The tag that an id bears.</summary>
    public static ServerTag Of(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return Read(bytes);
    }

    /// <summary>A fresh id that bears this tag.</summary>
    public Guid Mint(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.Fill(bytes);
        Write(bytes);

        // Version 4, variant 1 (RFC 9562, sections 4.1 and 4.2).
        bytes[6] = (byte)(0x40 | (bytes[6] & 0x0f));
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Whether some bytes are this tag.</summary>
    public bool Fits(ReadOnlySpan<byte> bytes) => bytes.Length == Bytes && Read(bytes) == this;

    /// <summary>The tag as ids begin with it: five bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Bytes];
        Write(bytes);
        return bytes;
    }

    /// <summary>Ten hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x10", CultureInfo.InvariantCulture);

    private void Write(Span<byte> bytes)
    {
        for (var i = 0; i < Bytes; i++)
        {
            bytes[i] = (byte)(Value >> (Bits - 8 - (8 * i)));
        }
    }

    private static ServerTag Read(ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        foreach (var b in bytes[..Bytes])
        {
            value = (value << 8) | b;
        }

        return new ServerTag(value);
    }
}
