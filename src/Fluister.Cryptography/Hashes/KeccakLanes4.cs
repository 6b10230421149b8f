using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Fluister.Cryptography.Hashes;

/// <summary>A lane of each of four states.</summary>
internal readonly struct KeccakLanes4(Vector256<ulong> bits) : IKeccakLanes<KeccakLanes4>
{
    private readonly Vector256<ulong> _bits = bits;

    public static int Count => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 All(ulong bits) => new(Vector256.Create(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Xor(KeccakLanes4 a, KeccakLanes4 b) => new(a._bits ^ b._bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Xor(KeccakLanes4 a, KeccakLanes4 b, KeccakLanes4 c) => new(a._bits ^ b._bits ^ c._bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Chi(KeccakLanes4 a, KeccakLanes4 b, KeccakLanes4 c) => new(a._bits ^ Vector256.AndNot(c._bits, b._bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes4 Rotate(KeccakLanes4 a, [ConstantExpected] byte bits) => new((a._bits << bits) | (a._bits >>> (64 - bits)));
}
