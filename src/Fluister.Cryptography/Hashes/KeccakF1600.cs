using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Hashes;

/// <summary>The permutation Keccak-f[1600] (FIPS 202, 3.3) of one state, or of four or eight at once.</summary>
/// <remarks>Only exclusive or, and, not and rotations by constants: its time does not depend on the state.</remarks>
internal static class KeccakF1600
{
    /// <summary>Lanes of a state.</summary>
    public const int Lanes = 25;

    // The constants of the step iota (FIPS 202, 3.2.5).
    private static ReadOnlySpan<ulong> RoundConstants =>
    [
        0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
        0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
        0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
    ];

    /// <summary>Permutes in place; lane (x, y) lies at x + 5y.</summary>
    [SkipLocalsInit]
    public static void Permute<TLanes>(Span<TLanes> state)
        where TLanes : unmanaged, IKeccakLanes<TLanes>
    {
        Span<TLanes> other = stackalloc TLanes[Lanes];
        ref var a = ref MemoryMarshal.GetReference(state[..Lanes]);
        ref var e = ref MemoryMarshal.GetReference(other);
        for (var round = 0; round < RoundConstants.Length; round += 2)
        {
            Round(ref a, ref e, RoundConstants[round]);
            Round(ref e, ref a, RoundConstants[round + 1]);
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(other));
    }

    // Theta is folded into the loads, rho and pi are the order and the rotations of the loads, chi makes a row of the result.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Round<TLanes>(ref TLanes a, ref TLanes e, ulong constant)
        where TLanes : unmanaged, IKeccakLanes<TLanes>
    {
        var c0 = Column(ref a, 0);
        var c1 = Column(ref a, 1);
        var c2 = Column(ref a, 2);
        var c3 = Column(ref a, 3);
        var c4 = Column(ref a, 4);
        var d0 = TLanes.Xor(c4, TLanes.Rotate(c1, 1));
        var d1 = TLanes.Xor(c0, TLanes.Rotate(c2, 1));
        var d2 = TLanes.Xor(c1, TLanes.Rotate(c3, 1));
        var d3 = TLanes.Xor(c2, TLanes.Rotate(c4, 1));
        var d4 = TLanes.Xor(c3, TLanes.Rotate(c0, 1));

        var b0 = TLanes.Xor(Unsafe.Add(ref a, 0), d0);
        var b1 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 6), d1), 44);
        var b2 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 12), d2), 43);
        var b3 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 18), d3), 21);
        var b4 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 24), d4), 14);
        Unsafe.Add(ref e, 0) = TLanes.Xor(TLanes.Chi(b0, b1, b2), TLanes.All(constant));
        Unsafe.Add(ref e, 1) = TLanes.Chi(b1, b2, b3);
        Unsafe.Add(ref e, 2) = TLanes.Chi(b2, b3, b4);
        Unsafe.Add(ref e, 3) = TLanes.Chi(b3, b4, b0);
        Unsafe.Add(ref e, 4) = TLanes.Chi(b4, b0, b1);

        b0 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 3), d3), 28);
        b1 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 9), d4), 20);
        b2 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 10), d0), 3);
        b3 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 16), d1), 45);
        b4 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 22), d2), 61);
        Unsafe.Add(ref e, 5) = TLanes.Chi(b0, b1, b2);
        Unsafe.Add(ref e, 6) = TLanes.Chi(b1, b2, b3);
        Unsafe.Add(ref e, 7) = TLanes.Chi(b2, b3, b4);
        Unsafe.Add(ref e, 8) = TLanes.Chi(b3, b4, b0);
        Unsafe.Add(ref e, 9) = TLanes.Chi(b4, b0, b1);

        b0 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 1), d1), 1);
        b1 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 7), d2), 6);
        b2 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 13), d3), 25);
        b3 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 19), d4), 8);
        b4 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 20), d0), 18);
        Unsafe.Add(ref e, 10) = TLanes.Chi(b0, b1, b2);
        Unsafe.Add(ref e, 11) = TLanes.Chi(b1, b2, b3);
        Unsafe.Add(ref e, 12) = TLanes.Chi(b2, b3, b4);
        Unsafe.Add(ref e, 13) = TLanes.Chi(b3, b4, b0);
        Unsafe.Add(ref e, 14) = TLanes.Chi(b4, b0, b1);

        b0 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 4), d4), 27);
        b1 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 5), d0), 36);
        b2 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 11), d1), 10);
        b3 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 17), d2), 15);
        b4 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 23), d3), 56);
        Unsafe.Add(ref e, 15) = TLanes.Chi(b0, b1, b2);
        Unsafe.Add(ref e, 16) = TLanes.Chi(b1, b2, b3);
        Unsafe.Add(ref e, 17) = TLanes.Chi(b2, b3, b4);
        Unsafe.Add(ref e, 18) = TLanes.Chi(b3, b4, b0);
        Unsafe.Add(ref e, 19) = TLanes.Chi(b4, b0, b1);

        b0 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 2), d2), 62);
        b1 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 8), d3), 55);
        b2 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 14), d4), 39);
        b3 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 15), d0), 41);
        b4 = TLanes.Rotate(TLanes.Xor(Unsafe.Add(ref a, 21), d1), 2);
        Unsafe.Add(ref e, 20) = TLanes.Chi(b0, b1, b2);
        Unsafe.Add(ref e, 21) = TLanes.Chi(b1, b2, b3);
        Unsafe.Add(ref e, 22) = TLanes.Chi(b2, b3, b4);
        Unsafe.Add(ref e, 23) = TLanes.Chi(b3, b4, b0);
        Unsafe.Add(ref e, 24) = TLanes.Chi(b4, b0, b1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Column<TLanes>(ref TLanes a, int x)
        where TLanes : unmanaged, IKeccakLanes<TLanes> =>
        TLanes.Xor(
            TLanes.Xor(Unsafe.Add(ref a, x), Unsafe.Add(ref a, x + 5), Unsafe.Add(ref a, x + 10)),
            Unsafe.Add(ref a, x + 15),
            Unsafe.Add(ref a, x + 20));
}
