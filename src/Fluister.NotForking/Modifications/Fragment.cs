using System.Text;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications;

/// <summary>A part of a file, between two lines, and its patch.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Path">The file.</param>
/// <param name="Start">What its first line matches; null: the file's beginning.</param>
/// <param name="Value">What the first group of that must be.</param>
/// <param name="End">What the line after it matches; null, or no such line: the file's end.</param>
/// <param name="Hunks">The patch, with lines counted from the fragment's first.</param>
internal sealed record Fragment(Place Place, string Path, PerlPattern? Start, string Value, PerlPattern? End, IReadOnlyList<Hunk> Hunks)
{
    /// <summary>Its lines in a text: the first, and the one after the last; null: it is not there.</summary>
    public (int From, int Next)? Find(TextLines lines)
    {
        string Text(int line) => Encoding.Latin1.GetString(lines[line]);
        var (from, next) = (0, 0);
        if (Start is { } start)
        {
            while (from < lines.Count && !(start.Match(Text(from)) is { Success: true } match && match.Groups[1].Value == Value))
            {
                from++;
            }

            if (from == lines.Count)
            {
                return null;
            }

            next = from + 1;
        }

        while (next < lines.Count && !(End is { } end && end.IsMatch(Text(next))))
        {
            next++;
        }

        return (from, next);
    }
}
