namespace Fluister.NotForking.Texts;

/// <summary>Lines that differ in blanks only: `patch -l`.</summary>
internal static class Blanks
{
    /// <summary>Whether two lines are equal when a run of blanks is one blank and blanks at the end are none.</summary>
    public static bool AreSimilar(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        one = one.EndsWith("\n"u8) ? one[..^1] : one;
        other = other.EndsWith("\n"u8) ? other[..^1] : other;
        var (a, b) = (0, 0);
        while (true)
        {
            var (blankA, blankB) = (Skip(one, ref a), Skip(other, ref b));
            if (a == one.Length || b == other.Length)
            {
                return a == one.Length && b == other.Length;
            }

            if (blankA != blankB || one[a++] != other[b++])
            {
                return false;
            }
        }
    }

    private static bool Skip(ReadOnlySpan<byte> line, ref int at)
    {
        var from = at;
        while (at < line.Length && line[at] is (byte)' ' or (byte)'\t')
        {
            at++;
        }

        return at > from;
    }
}
