using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.Server.Limits;

/// <summary>Who, or which pair, a limit counts: 32 bytes, however long what it stands for is.</summary>
internal readonly record struct LimitKey(UInt128 First, UInt128 Second)
{
    /// <summary>An account.</summary>
    public static implicit operator LimitKey(Guid id) => new(Number(id), 0);

    /// <summary>Where a request came from.</summary>
    public static implicit operator LimitKey(ulong origin) => new(origin, 1);

    /// <summary>A name.</summary>
    public static LimitKey Of(ReadOnlySpan<char> name)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Math.Min(name.Length, 256))];
        bytes = bytes[..Encoding.UTF8.GetBytes(name[..Math.Min(name.Length, 256)], bytes)];
        return Of(bytes);
    }

    /// <summary>A token.</summary>
    public static LimitKey Of(ReadOnlySpan<byte> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        return new LimitKey(BinaryPrimitives.ReadUInt128BigEndian(hash), BinaryPrimitives.ReadUInt128BigEndian(hash[16..]));
    }

    /// <summary>Somebody with somebody, and perhaps with one device of theirs.</summary>
    public static LimitKey Of(Guid from, Guid to, int device = 0) => new(Number(from), Number(to) ^ (UInt128)(uint)device);

    /// <summary>What comes from somewhere to somebody.</summary>
    public static LimitKey Of(ulong origin, Guid to) => new((UInt128)origin << 64, Number(to));

    private static UInt128 Number(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
