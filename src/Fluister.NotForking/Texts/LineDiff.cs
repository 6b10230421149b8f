namespace Fluister.NotForking.Texts;

/// <summary>The lines in which two texts differ: Myers' algorithm in linear space.</summary>
/// <remarks>E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986, section 4b. Where two texts have very little in
/// common, what is left between known equal lines counts as replaced: the answer is right, only not the shortest.</remarks>
internal sealed class LineDiff
{
    /// <summary>How many steps one search for a middle may take before it is given up.</summary>
    private const int MostSteps = 8192;

    private readonly int[] _old;
    private readonly int[] _new;
    private readonly int[] _forward;
    private readonly int[] _backward;
    private readonly List<LineChange> _changes = [];

    private LineDiff(int[] old, int[] @new)
    {
        (_old, _new) = (old, @new);
        (_forward, _backward) = (new int[old.Length + @new.Length + 3], new int[old.Length + @new.Length + 3]);
    }

    /// <summary>The changes that make the new text of the old one, in their order; equal lines lie between any two.</summary>
    public static IReadOnlyList<LineChange> Between(TextLines old, TextLines @new)
    {
        var numbers = new Dictionary<ReadOnlyMemory<byte>, int>(LineComparer.Instance);
        var diff = new LineDiff(Number(old, numbers), Number(@new, numbers));
        diff.Compare(0, diff._old.Length, 0, diff._new.Length);
        return diff._changes;
    }

    private static int[] Number(TextLines lines, Dictionary<ReadOnlyMemory<byte>, int> numbers)
    {
        var result = new int[lines.Count];
        for (var at = 0; at < result.Length; at++)
        {
            var line = lines.Keep(at);
            numbers.TryAdd(line, numbers.Count);
            result[at] = numbers[line];
        }

        return result;
    }

    private void Compare(int oldFrom, int oldTo, int newFrom, int newTo)
    {
        while (oldFrom < oldTo && newFrom < newTo && _old[oldFrom] == _new[newFrom])
        {
            (oldFrom, newFrom) = (oldFrom + 1, newFrom + 1);
        }

        while (oldFrom < oldTo && newFrom < newTo && _old[oldTo - 1] == _new[newTo - 1])
        {
            (oldTo, newTo) = (oldTo - 1, newTo - 1);
        }

        if (oldFrom == oldTo || newFrom == newTo)
        {
            Add(oldFrom, oldTo, newFrom, newTo);
        }
        else if (Middle(oldFrom, oldTo, newFrom, newTo) is { } middle)
        {
            Compare(oldFrom, middle.Old, newFrom, middle.New);
            Compare(middle.Old, oldTo, middle.New, newTo);
        }
        else
        {
            Add(oldFrom, oldTo, newFrom, newTo);
        }
    }

    private void Add(int oldFrom, int oldTo, int newFrom, int newTo)
    {
        if (oldFrom == oldTo && newFrom == newTo)
        {
            return;
        }

        if (_changes is [.., var last] && last.OldEnd == oldFrom && last.NewEnd == newFrom)
        {
            _changes[^1] = new LineChange(last.OldStart, oldTo - last.OldStart, last.NewStart, newTo - last.NewStart);
            return;
        }

        _changes.Add(new LineChange(oldFrom, oldTo - oldFrom, newFrom, newTo - newFrom));
    }

    /// <summary>A point on a shortest path through the box, other than its corners; null: none was found in time.</summary>
    /// <remarks>A diagonal is an old index less a new one. Both searches reach one diagonal farther on each side with every step, as far as
    /// the box goes; beyond what a search has reached stands a value that loses every comparison.</remarks>
    private (int Old, int New)? Middle(int oldFrom, int oldTo, int newFrom, int newTo)
    {
        var zero = _new.Length + 1;
        var (lowest, highest) = (oldFrom - newTo, oldTo - newFrom);
        var (start, end) = (oldFrom - newFrom, oldTo - newTo);
        var (forward, backward) = (new Reach(start, start), new Reach(end, end));
        var isOdd = ((start - end) & 1) != 0;
        (_forward[zero + start], _backward[zero + end]) = (oldFrom, oldTo);
        for (var step = 0; step < MostSteps; step++)
        {
            forward = Widened(forward, lowest, highest, _forward, -1);
            for (var k = forward.To; k >= forward.From; k -= 2)
            {
                var x = Math.Max(_forward[zero + k - 1] + 1, _forward[zero + k + 1]);
                while (x < oldTo && x - k < newTo && _old[x] == _new[x - k])
                {
                    x++;
                }

                _forward[zero + k] = x;
                if (isOdd && backward.Has(k) && _backward[zero + k] <= x)
                {
                    return (x, x - k);
                }
            }

            backward = Widened(backward, lowest, highest, _backward, int.MaxValue);
            for (var k = backward.To; k >= backward.From; k -= 2)
            {
                var x = Math.Min(_backward[zero + k - 1], _backward[zero + k + 1] - 1);
                while (x > oldFrom && x - k > newFrom && _old[x - 1] == _new[x - k - 1])
                {
                    x--;
                }

                _backward[zero + k] = x;
                if (!isOdd && forward.Has(k) && x <= _forward[zero + k])
                {
                    return (x, x - k);
                }
            }
        }

        return null;
    }

    private Reach Widened(Reach reached, int lowest, int highest, int[] reach, int beyond)
    {
        var zero = _new.Length + 1;
        var from = reached.From > lowest ? reached.From - 1 : reached.From + 1;
        var to = reached.To < highest ? reached.To + 1 : reached.To - 1;
        if (from < reached.From)
        {
            reach[zero + from - 1] = beyond;
        }

        if (to > reached.To)
        {
            reach[zero + to + 1] = beyond;
        }

        return new Reach(from, to);
    }

    /// <summary>Diagonals that a search has reached.</summary>
    private readonly record struct Reach(int From, int To)
    {
        public bool Has(int diagonal) => From <= diagonal && diagonal <= To;
    }
}
