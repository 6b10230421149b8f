using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Fluister.Protocol.Ratchets.Spqr.Erasure;

/// <summary>One chunk of a coded message: the values that its sixteen polynomials have at one place.</summary>
/// <param name="Index">The place.</param>
/// <param name="Values">One field element for each polynomial.</param>
internal readonly record struct Chunk(ushort Index, Vector256<ushort> Values)
{
    /// <summary>Bytes of a chunk on the wire, without its index.</summary>
    public const int Bytes = 32;

    /// <summary>Polynomials that are coded side by side.</summary>
    public const int Lanes = Bytes / sizeof(ushort);

    /// <summary>Sixteen elements from 32 bytes, the higher byte of each first.</summary>
    public static Vector256<ushort> Load(ReadOnlySpan<byte> bytes) =>
        Ordered(Vector256.Create(MemoryMarshal.Cast<byte, ushort>(bytes[..Bytes])));

    /// <summary>The inverse of <see cref="Load"/>.</summary>
    public static void Store(Vector256<ushort> values, Span<byte> bytes) =>
        Ordered(values).CopyTo(MemoryMarshal.Cast<byte, ushort>(bytes[..Bytes]));

    private static Vector256<ushort> Ordered(Vector256<ushort> values) =>
        BitConverter.IsLittleEndian ? (values << 8) | (values >>> 8) : values;
}
