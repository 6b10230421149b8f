using System.Buffers;

namespace Fluister.NotForking.Texts;

/// <summary>Two texts that were made of one, brought together: what diff3 does.</summary>
internal sealed class ThreeWayMerge
{
    private readonly TextLines _base;
    private readonly TextLines _ours;
    private readonly TextLines _theirs;
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly List<(int From, int To)> _conflicts = [];
    private int _lines;

    private ThreeWayMerge(TextLines @base, TextLines ours, TextLines theirs) => (_base, _ours, _theirs) = (@base, ours, theirs);

    /// <summary>The merged text; where both changed the same lines, both stand there between conflict markers.</summary>
    public byte[] Text => _output.WrittenSpan.ToArray();

    /// <summary>The lines of the merged text, from 1, from a conflict's first marker to its last.</summary>
    public IReadOnlyList<(int From, int To)> Conflicts => _conflicts;

    /// <summary>Merges.</summary>
    /// <param name="base">What both were made of.</param>
    /// <param name="ours">The one side; in conflicts it stands first.</param>
    /// <param name="theirs">The other side.</param>
    /// <param name="names">What markers call them.</param>
    public static ThreeWayMerge Of(TextLines @base, TextLines ours, TextLines theirs, (string Ours, string Base, string Theirs) names)
    {
        var merge = new ThreeWayMerge(@base, ours, theirs);
        merge.Run(LineDiff.Between(@base, ours), LineDiff.Between(@base, theirs), names);
        return merge;
    }

    private void Run(IReadOnlyList<LineChange> left, IReadOnlyList<LineChange> right, (string Ours, string Base, string Theirs) names)
    {
        var (i, j, at) = (0, 0, 0);
        while (i < left.Count || j < right.Count)
        {
            var (firstLeft, firstRight) = (i, j);
            var isLeft = j == right.Count ||
                (i < left.Count && (left[i].OldStart, left[i].OldEnd).CompareTo((right[j].OldStart, right[j].OldEnd)) <= 0);
            var first = isLeft ? left[i++] : right[j++];
            var (from, to) = (first.OldStart, first.OldEnd);
            while (true)
            {
                if (i < left.Count && Meets(left[i], from, to))
                {
                    to = Math.Max(to, left[i++].OldEnd);
                }
                else if (j < right.Count && Meets(right[j], from, to))
                {
                    to = Math.Max(to, right[j++].OldEnd);
                }
                else
                {
                    break;
                }
            }

            Write(_base, at, from);
            at = to;
            var (ourFrom, ourTo) = Side(left, firstLeft, i, from, to);
            var (theirFrom, theirTo) = Side(right, firstRight, j, from, to);
            if (firstLeft == i || _ours.Range(ourFrom, ourTo).SequenceEqual(_theirs.Range(theirFrom, theirTo)))
            {
                Write(_theirs, theirFrom, theirTo);
            }
            else if (firstRight == j)
            {
                Write(_ours, ourFrom, ourTo);
            }
            else
            {
                var line = _lines + 1;
                Mark("<<<<<<< " + names.Ours);
                Write(_ours, ourFrom, ourTo);
                Mark("||||||| " + names.Base);
                Write(_base, from, to);
                Mark("=======");
                Write(_theirs, theirFrom, theirTo);
                Mark(">>>>>>> " + names.Theirs);
                _conflicts.Add((line, _lines));
            }
        }

        Write(_base, at, _base.Count);
    }

    /// <summary>Whether a change touches lines of the base that others change, or adds lines where another one does. Changes of lines
    /// side by side do not: a patch whose context changed is to be rebased without a person.</summary>
    private static bool Meets(LineChange change, int from, int to) =>
        change.OldStart < to || (from == to && change.OldCount == 0 && change.OldStart == to);

    /// <summary>The lines of a side that stand for lines of the base, where only the given changes lie between.</summary>
    private static (int From, int To) Side(IReadOnlyList<LineChange> changes, int first, int end, int from, int to)
    {
        // What changes before it have added or taken moves the rest of the side.
        var before = first > 0 ? changes[first - 1].NewEnd - changes[first - 1].OldEnd : 0;
        var after = end > 0 ? changes[end - 1].NewEnd - changes[end - 1].OldEnd : 0;
        return (from + before, to + after);
    }

    private void Write(TextLines lines, int from, int to)
    {
        _output.Write(lines.Range(from, to));
        _lines += to - from;
    }

    private void Mark(string text)
    {
        if (_output.WrittenSpan is [.., not (byte)'\n'])
        {
            _output.Write("\n"u8);
        }

        _output.Write(System.Text.Encoding.UTF8.GetBytes(text + "\n"));
        _lines++;
    }
}
