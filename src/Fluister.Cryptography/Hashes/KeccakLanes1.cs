using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Fluister.Cryptography.Hashes;

/// <summary>A lane of one state.</summary>
internal readonly struct KeccakLanes1(ulong bits) : IKeccakLanes<KeccakLanes1>
{
    private readonly ulong _bits = bits;

    public static int Count => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 All(ulong bits) => new(bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Xor(KeccakLanes1 a, KeccakLanes1 b) => new(a._bits ^ b._bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Xor(KeccakLanes1 a, KeccakLanes1 b, KeccakLanes1 c) => new(a._bits ^ b._bits ^ c._bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Chi(KeccakLanes1 a, KeccakLanes1 b, KeccakLanes1 c) => new(a._bits ^ (~b._bits & c._bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KeccakLanes1 Rotate(KeccakLanes1 a, [ConstantExpected] byte bits) => new(BitOperations.RotateLeft(a._bits, bits));
}
