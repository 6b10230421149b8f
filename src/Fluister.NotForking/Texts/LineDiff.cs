namespace Fluister.NotForking.Texts;

/// <summary>What turns one sequence of lines into another, with as few lines as can be: Myers' algorithm in linear space.</summary>
/// <remarks>E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986. Lines that only one side has are left out before:
/// they match nothing. Where texts differ in more than <see cref="Patience"/> lines at once, the result is not the smallest.</remarks>
internal sealed class LineDiff
{
    /// <summary>How many differing lines are searched through on each side at once.</summary>
    public const int Patience = 4096;

    private readonly int[] _old;
    private readonly int[] _new;
    private readonly bool[] _oldChanged;
    private readonly bool[] _newChanged;
    private readonly int[] _down;
    private readonly int[] _up;

    private LineDiff(int[] old, int[] @new, bool[] oldChanged, bool[] newChanged)
    {
        (_old, _new, _oldChanged, _newChanged) = (old, @new, oldChanged, newChanged);
        _down = new int[old.Length + @new.Length + 3];
        _up = new int[old.Length + @new.Length + 3];
    }

    /// <summary>Compares two texts.</summary>
    /// <returns>The changes in the order of lines; between two of them lies at least one equal line.</returns>
    public static List<LineChange> Between(TextLines old, TextLines @new)
    {
        var numbers = new Dictionary<ReadOnlyMemory<byte>, int>(LineComparer.Instance);
        return Between(Numbered(old, numbers), Numbered(@new, numbers));
    }

    /// <summary>Compares two sequences whose equal lines have equal numbers.</summary>
    public static List<LineChange> Between(int[] old, int[] @new)
    {
        var (oldChanged, newChanged) = (new bool[old.Length], new bool[@new.Length]);
        var (oldKept, newKept) = (Shared(old, @new, oldChanged), Shared(@new, old, newChanged));
        var (oldMarks, newMarks) = (new bool[oldKept.Length], new bool[newKept.Length]);
        new LineDiff([.. oldKept.Select(at => old[at])], [.. newKept.Select(at => @new[at])], oldMarks, newMarks)
            .Compare(0, oldKept.Length, 0, newKept.Length);
        Spread(oldKept, oldMarks, oldChanged);
        Spread(newKept, newMarks, newChanged);
        return Changes(old, @new, oldChanged, newChanged);
    }

    private static int[] Numbered(TextLines lines, Dictionary<ReadOnlyMemory<byte>, int> numbers)
    {
        var result = new int[lines.Count];
        for (var at = 0; at < result.Length; at++)
        {
            var line = lines.Keep(at);
            if (!numbers.TryGetValue(line, out result[at]))
            {
                numbers.Add(line, result[at] = numbers.Count);
            }
        }

        return result;
    }

    private static int[] Shared(int[] lines, int[] others, bool[] changed)
    {
        var there = others.ToHashSet();
        var kept = new List<int>(lines.Length);
        for (var at = 0; at < lines.Length; at++)
        {
            changed[at] = !there.Contains(lines[at]);
            if (!changed[at])
            {
                kept.Add(at);
            }
        }

        return [.. kept];
    }

    private static void Spread(int[] kept, bool[] marks, bool[] changed)
    {
        for (var at = 0; at < kept.Length; at++)
        {
            changed[kept[at]] = marks[at];
        }
    }

    private static List<LineChange> Changes(int[] old, int[] @new, bool[] oldChanged, bool[] newChanged)
    {
        Slide(old, oldChanged, newChanged);
        Slide(@new, newChanged, oldChanged);
        var changes = new List<LineChange>();
        for (var (i, j) = (0, 0); i < old.Length || j < @new.Length;)
        {
            var (oldStart, newStart) = (i, j);
            while (i < old.Length && oldChanged[i])
            {
                i++;
            }

            while (j < @new.Length && newChanged[j])
            {
                j++;
            }

            if (i > oldStart || j > newStart)
            {
                changes.Add(new LineChange(oldStart, i - oldStart, newStart, j - newStart));
            }
            else
            {
                i++;
                j++;
            }
        }

        return changes;
    }

    /// <summary>Moves runs of lines that only one side has as far down as they go: after a brace, not before it.</summary>
    private static void Slide(int[] lines, bool[] changed, bool[] otherChanged)
    {
        var other = 0;
        for (var start = 0; start < lines.Length;)
        {
            if (!changed[start])
            {
                while (other < otherChanged.Length && otherChanged[other])
                {
                    other++;
                }

                start++;
                other++;
                continue;
            }

            var end = start;
            while (end < lines.Length && changed[end])
            {
                end++;
            }

            // A run beside changed lines of the other side is one change with them, and stays.
            var isAlone = !(other < otherChanged.Length && otherChanged[other]);
            while (isAlone && end < lines.Length && lines[start] == lines[end])
            {
                changed[start++] = false;
                changed[end++] = true;
                other++;
                isAlone = !(other < otherChanged.Length && otherChanged[other]);
                while (end < lines.Length && changed[end])
                {
                    end++;
                }
            }

            start = end;
        }
    }

    private void Compare(int oldFrom, int oldTo, int newFrom, int newTo)
    {
        while (true)
        {
            while (oldFrom < oldTo && newFrom < newTo && _old[oldFrom] == _new[newFrom])
            {
                oldFrom++;
                newFrom++;
            }

            while (oldFrom < oldTo && newFrom < newTo && _old[oldTo - 1] == _new[newTo - 1])
            {
                oldTo--;
                newTo--;
            }

            if (oldFrom == oldTo || newFrom == newTo)
            {
                _oldChanged.AsSpan(oldFrom..oldTo).Fill(true);
                _newChanged.AsSpan(newFrom..newTo).Fill(true);
                return;
            }

            var (x, y) = Middle(oldFrom, oldTo, newFrom, newTo);
            Compare(oldFrom, x, newFrom, y);
            (oldFrom, newFrom) = (x, y);
        }
    }

    /// <summary>A point that a shortest way from one corner to the other goes through.</summary>
    private (int Old, int New) Middle(int oldFrom, int oldTo, int newFrom, int newTo)
    {
        // Diagonals are old - new, kept at an index that is never negative.
        var zero = _new.Length + 1;
        var (first, last) = (oldFrom - newFrom, oldTo - newTo);
        var isOdd = ((first - last) & 1) != 0;
        var (low, high) = (oldFrom - newTo, oldTo - newFrom);
        _down[zero + first] = oldFrom;
        _up[zero + last] = oldTo;
        var (downMin, downMax, upMin, upMax) = (first, first, last, last);
        for (var cost = 1; ; cost++)
        {
            Widen(_down, zero, ref downMin, ref downMax, low, high, -1);
            for (var k = downMax; k >= downMin; k -= 2)
            {
                var (left, above) = (_down[zero + k - 1], _down[zero + k + 1]);
                var x = left >= above ? left + 1 : above;
                for (var y = x - k; x < oldTo && y < newTo && _old[x] == _new[y]; y++)
                {
                    x++;
                }

                _down[zero + k] = x;
                if (isOdd && k >= upMin && k <= upMax && _up[zero + k] <= x)
                {
                    return (x, x - k);
                }
            }

            Widen(_up, zero, ref upMin, ref upMax, low, high, int.MaxValue);
            for (var k = upMax; k >= upMin; k -= 2)
            {
                var (left, above) = (_up[zero + k - 1], _up[zero + k + 1]);
                var x = left < above ? left : above - 1;
                for (var y = x - k; x > oldFrom && y > newFrom && _old[x - 1] == _new[y - 1]; y--)
                {
                    x--;
                }

                _up[zero + k] = x;
                if (!isOdd && k >= downMin && k <= downMax && x <= _down[zero + k])
                {
                    return (x, x - k);
                }
            }

            if (cost >= Patience)
            {
                return Farthest(zero, oldTo, newTo, downMin, downMax);
            }
        }
    }

    private static void Widen(int[] ends, int zero, ref int min, ref int max, int low, int high, int none)
    {
        if (min > low)
        {
            ends[zero + --min - 1] = none;
        }
        else
        {
            min++;
        }

        if (max < high)
        {
            ends[zero + ++max + 1] = none;
        }
        else
        {
            max--;
        }
    }

    private (int Old, int New) Farthest(int zero, int oldTo, int newTo, int min, int max)
    {
        var best = (Old: 0, New: -1);
        for (var k = max; k >= min; k -= 2)
        {
            var x = Math.Min(_down[zero + k], oldTo);
            var y = x - k;
            (x, y) = y > newTo ? (newTo + k, newTo) : (x, y);
            best = x + y > best.Old + best.New ? (x, y) : best;
        }

        return best;
    }
}
