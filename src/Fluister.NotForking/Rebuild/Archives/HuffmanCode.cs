namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>An optimal prefix code whose lengths are bounded (package-merge), canonical as RFC 1951, 3.2.2, wants it.</summary>
internal sealed class HuffmanCode
{
    private readonly uint[] _codes;

    /// <summary>For symbols that occur so often; ties go to the lower symbol, so that equal counts give equal codes.</summary>
    public HuffmanCode(ReadOnlySpan<int> counts, int longest)
    {
        Lengths = Measure(counts, longest);
        _codes = new uint[Lengths.Length];
        uint next = 0;
        for (var length = 1; length <= longest; length++)
        {
            for (var symbol = 0; symbol < Lengths.Length; symbol++)
            {
                if (Lengths[symbol] == length)
                {
                    _codes[symbol] = Reversed(next++, length);
                }
            }

            next <<= 1;
        }
    }

    /// <summary>Bits of each symbol; 0 where it does not occur.</summary>
    public byte[] Lengths { get; }

    /// <summary>Writes one symbol.</summary>
    public void Write(BitWriter bits, int symbol) => bits.Write(_codes[symbol], Lengths[symbol]);

    private static byte[] Measure(ReadOnlySpan<int> counts, int longest)
    {
        List<(long Weight, int[] Symbols)> singles = [];
        for (var symbol = 0; symbol < counts.Length; symbol++)
        {
            // At least two symbols, or some readers call the code incomplete.
            if (counts[symbol] > 0 || symbol < 2)
            {
                singles.Add((counts[symbol], [symbol]));
            }
        }

        singles = [.. singles.OrderBy(single => single.Weight)];
        var merged = singles;
        for (var level = 1; level < longest; level++)
        {
            var packages = merged.Chunk(2).Where(pair => pair.Length == 2)
                .Select(pair => (Weight: pair[0].Weight + pair[1].Weight, Symbols: (int[])[.. pair[0].Symbols, .. pair[1].Symbols]));
            merged = [.. singles.Concat(packages).OrderBy(item => item.Weight)];
        }

        var lengths = new byte[counts.Length];
        foreach (var symbol in merged.Take(2 * singles.Count - 2).SelectMany(item => item.Symbols))
        {
            lengths[symbol]++;
        }

        return lengths;
    }

    private static uint Reversed(uint code, int length)
    {
        uint reversed = 0;
        for (var bit = 0; bit < length; bit++)
        {
            reversed |= (code >> bit & 1) << (length - 1 - bit);
        }

        return reversed;
    }
}
