using System.Buffers;

namespace Fluister.NotForking.Texts;

/// <summary>Applies the hunks of one file, in their order, to its text.</summary>
/// <remarks>
/// Where a hunk goes follows GNU patch 2.7: first where its header says, moved by what earlier hunks had to move; then ever farther,
/// after before before; never above what earlier hunks have passed. Context is left out one line at a time, at the longer end first,
/// and a hunk with less context at one end than at the other belongs to that end of the file.
/// </remarks>
internal sealed class HunkApplier(ReadOnlyMemory<byte> text, bool ignoreBlanks)
{
    private readonly TextLines _lines = new(text);
    private readonly ArrayBufferWriter<byte> _output = new();
    private int _passed;
    private bool _afterLineEnd = true;

    /// <summary>By how many lines hunks had to move so far.</summary>
    public int Moved { get; private set; }

    /// <summary>Whether a new line was put right behind a last line without a line end, as GNU patch does: they are one line.</summary>
    public bool Glues { get; private set; }

    /// <summary>Where a hunk fits.</summary>
    /// <returns>The line, from 1; 0: nowhere. What it had to move is carried to the next ones.</returns>
    public int Locate(Hunk hunk, int fuzz)
    {
        var guess = hunk.Guess + Moved;
        if (hunk.Old.Count == 0)
        {
            return guess;
        }

        var context = Math.Max(hunk.Prefix, hunk.Suffix);
        var (head, tail) = (fuzz + hunk.Prefix - context, fuzz + hunk.Suffix - context);
        var last = _lines.Count - (hunk.Old.Count - tail) + 1;
        var (down, up) = (last - guess, guess - (_passed + 1));
        var farthest = Math.Max(down, up);
        up = Math.Min(up, guess - 1);
        if (head < 0 && hunk.OldStart <= 1)
        {
            var isWhole = tail >= 0 || (hunk.Old.Count == _lines.Count && hunk.Prefix >= _passed);
            return isWhole && _passed <= hunk.Prefix && 1 - guess <= down && Matches(hunk, 1, 0, Math.Max(tail, 0)) ? Found(guess, 1) : 0;
        }

        head = Math.Max(head, 0);
        if (tail < 0)
        {
            var end = _lines.Count - hunk.Old.Count + 1;
            return guess - end <= up && Matches(hunk, end, head, 0) ? Found(guess, end) : 0;
        }

        for (var offset = down < 0 ? -down : up < 0 ? -up : 0; offset <= farthest; offset++)
        {
            if (offset <= down && Matches(hunk, guess + offset, head, tail))
            {
                return Found(guess, guess + offset);
            }

            if (offset > 0 && offset <= up && Matches(hunk, guess - offset, head, tail))
            {
                return Found(guess, guess - offset);
            }
        }

        return 0;
    }

    /// <summary>Applies a hunk where <see cref="Locate"/> found that it fits.</summary>
    /// <returns>Whether it could: a hunk without context may lie above what earlier ones have passed.</returns>
    public bool Apply(Hunk hunk, int line)
    {
        var at = line;
        var tail = hunk.Lines.Count;
        while (tail > 0 && hunk.Lines[tail - 1].Kind == '+')
        {
            tail--;
        }

        for (var index = 0; index < hunk.Lines.Count; index++)
        {
            var part = hunk.Lines[index];
            if (part.Kind == ' ')
            {
                at++;
                continue;
            }

            if (!Copy(at - 1))
            {
                return false;
            }

            if (part.Kind == '-')
            {
                _passed++;
                at++;
            }
            else
            {
                if (!_afterLineEnd && index >= tail)
                {
                    _output.Write("\n"u8);
                }

                Glues |= !_afterLineEnd && index < tail;
                Write(part.Text.Span);
            }
        }

        return true;
    }

    /// <summary>The text with what was applied.</summary>
    public byte[] Finish()
    {
        Copy(_lines.Count);
        return _output.WrittenSpan.ToArray();
    }

    private int Found(int guess, int line)
    {
        Moved += line - guess;
        return line;
    }

    private bool Copy(int upTo)
    {
        if (_passed > upTo)
        {
            return false;
        }

        for (; _passed < upTo; _passed++)
        {
            if (_passed < _lines.Count)
            {
                if (!_afterLineEnd)
                {
                    _output.Write("\n"u8);
                }

                Write(_lines[_passed]);
            }
        }

        return true;
    }

    private void Write(ReadOnlySpan<byte> line)
    {
        _output.Write(line);
        _afterLineEnd = line[^1] == '\n';
    }

    private bool Matches(Hunk hunk, int line, int head, int tail)
    {
        for (var index = head; index < hunk.Old.Count - tail; index++)
        {
            var at = line - 1 + index;
            var is_ = at >= 0 && at < _lines.Count ? _lines[at] : default;
            var should = hunk.Old[index].Span;
            if (!(ignoreBlanks ? Blanks.AreSimilar(is_, should) : is_.SequenceEqual(should)))
            {
                return false;
            }
        }

        return true;
    }
}
