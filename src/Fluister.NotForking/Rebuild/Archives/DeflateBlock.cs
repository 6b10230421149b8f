namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>Literals and matches that share one pair of codes: a block of RFC 1951, 3.2.7.</summary>
internal sealed class DeflateBlock
{
    /// <summary>How many literals and matches a block takes.</summary>
    public const int Capacity = 1 << 15;

    private const int EndOfBlock = 256;

    // RFC 1951, 3.2.5: where the lengths and distances of each code begin.
    private static readonly ushort[] s_lengths =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    private static readonly ushort[] s_distances =
    [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
        16385, 24577,
    ];

    private static readonly byte[] s_order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    private readonly int[] _literals = new int[286];
    private readonly int[] _distances = new int[30];
    private readonly bool[] _isMatch = new bool[Capacity];
    private readonly (ushort Value, ushort Distance)[] _tokens = new (ushort, ushort)[Capacity];
    private int _count;

    /// <summary>Whether it takes no more.</summary>
    public bool IsFull => _count == Capacity;

    /// <summary>Adds one byte.</summary>
    public void Literal(byte value)
    {
        _tokens[_count++] = (value, 0);
        _literals[value]++;
    }

    /// <summary>Adds a repetition: 3 to 258 bytes, 1 to 32768 bytes back.</summary>
    public void Match(int length, int distance)
    {
        _isMatch[_count] = true;
        _tokens[_count++] = ((ushort)length, (ushort)(distance - 1));
        _literals[257 + LengthCode(length)]++;
        _distances[Code(s_distances, distance)]++;
    }

    /// <summary>Writes the block and empties it.</summary>
    public void Write(BitWriter bits, bool isLast)
    {
        _literals[EndOfBlock] = 1;
        var literals = new HuffmanCode(_literals, 15);
        var distances = new HuffmanCode(_distances, 15);
        bits.Write(isLast ? 1u : 0u, 1);
        bits.Write(2, 2);
        WriteCodes(bits, literals.Lengths, distances.Lengths);
        for (var index = 0; index < _count; index++)
        {
            var (value, distance) = _tokens[index];
            if (!_isMatch[index])
            {
                literals.Write(bits, value);
                continue;
            }

            var code = LengthCode(value);
            literals.Write(bits, 257 + code);
            bits.Write((uint)(value - s_lengths[code]), code is < 8 or 28 ? 0 : (code - 4) / 4);
            code = Code(s_distances, distance + 1);
            distances.Write(bits, code);
            bits.Write((uint)(distance + 1 - s_distances[code]), code < 4 ? 0 : (code - 2) / 2);
        }

        literals.Write(bits, EndOfBlock);
        Array.Clear(_literals);
        Array.Clear(_distances);
        Array.Clear(_isMatch);
        _count = 0;
    }

    private static void WriteCodes(BitWriter bits, byte[] literals, byte[] distances)
    {
        List<(int Symbol, uint Extra, int Bits)> symbols = [];
        byte[] lengths = [.. literals, .. distances];
        for (var at = 0; at < lengths.Length;)
        {
            var run = 1;
            while (at + run < lengths.Length && lengths[at + run] == lengths[at])
            {
                run++;
            }

            at += run;
            var length = lengths[at - 1];
            if (length > 0)
            {
                symbols.Add((length, 0, 0));
                run--;
            }

            for (; run >= 3; run -= symbols[^1].Symbol switch { 16 or 17 => 3 + (int)symbols[^1].Extra, _ => 11 + (int)symbols[^1].Extra })
            {
                symbols.Add(length > 0 ? (16, (uint)Math.Min(run, 6) - 3, 2)
                    : run <= 10 ? (17, (uint)run - 3, 3) : (18, (uint)Math.Min(run, 138) - 11, 7));
            }

            symbols.AddRange(Enumerable.Repeat(((int)length, 0u, 0), run));
        }

        var counts = new int[19];
        symbols.ForEach(symbol => counts[symbol.Symbol]++);
        var code = new HuffmanCode(counts, 7);
        var last = Array.FindLastIndex(s_order, symbol => code.Lengths[symbol] > 0);
        bits.Write((uint)literals.Length - 257, 5);
        bits.Write((uint)distances.Length - 1, 5);
        bits.Write((uint)last - 3, 4);
        for (var index = 0; index <= last; index++)
        {
            bits.Write(code.Lengths[s_order[index]], 3);
        }

        foreach (var (symbol, extra, count) in symbols)
        {
            code.Write(bits, symbol);
            bits.Write(extra, count);
        }
    }

    private static int LengthCode(int length) => Code(s_lengths, length);

    private static int Code(ushort[] starts, int value)
    {
        var found = Array.BinarySearch(starts, (ushort)value);
        return found >= 0 ? found : ~found - 1;
    }
}
