using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Fluister.Cryptography.Hashes;

/// <summary>A lane of each of eight states.</summary>
internal readonly struct KeccakLanes8(Vector512<ulong> bits) : IKeccakLanes<KeccakLanes8>
{
    private readonly Vector512<ulong> _bits = bits;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 All(ulong bits) => new(Vector512.Create(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Xor(KeccakLanes8 a, KeccakLanes8 b) => new(a._bits ^ b._bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Xor(KeccakLanes8 a, KeccakLanes8 b, KeccakLanes8 c) =>
        new(Avx512F.IsSupported ? Avx512F.TernaryLogic(a._bits, b._bits, c._bits, 0x96) : a._bits ^ b._bits ^ c._bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Chi(KeccakLanes8 a, KeccakLanes8 b, KeccakLanes8 c) =>
        new(Avx512F.IsSupported ? Avx512F.TernaryLogic(a._bits, b._bits, c._bits, 0xD2) : a._bits ^ Vector512.AndNot(c._bits, b._bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes8 Rotate(KeccakLanes8 a, [ConstantExpected] byte bits) =>
        new(Avx512F.IsSupported ? Avx512F.RotateLeft(a._bits, bits) : (a._bits << bits) | (a._bits >>> (64 - bits)));
}
