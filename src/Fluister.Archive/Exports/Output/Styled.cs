using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Output;

/// <summary>A set of <see cref="BodyStyle"/>, one bit each.</summary>
[Flags]
internal enum Styles
{
    None = 0,
    Bold = 1 << BodyStyle.Bold,
    Italic = 1 << BodyStyle.Italic,
    Spoiler = 1 << BodyStyle.Spoiler,
    Strikethrough = 1 << BodyStyle.Strikethrough,
    Monospace = 1 << BodyStyle.Monospace,
    Mention = 1 << BodyStyle.Mention,
}

/// <summary>Cuts text where its formatting changes, so that ranges that overlap become stretches that nest.</summary>
internal static class Styled
{
    /// <summary>Ranges beyond this many are not shown: a message of the app has at most 250.</summary>
    internal const int MaximumRanges = 1000;

    /// <summary>Stretches in order, covering the whole text.</summary>
    internal static List<(int Start, int End, Styles Styles)> Cut(int length, IReadOnlyList<BodyRange> ranges)
    {
        var count = Math.Min(ranges.Count, MaximumRanges);
        var edges = new List<(int At, int Step, int Style)>(count * 2);
        for (var i = 0; i < count; i++)
        {
            var range = ranges[i];
            var start = Math.Clamp(range.Start, 0, length);
            var end = (int)Math.Clamp((long)range.Start + range.Length, start, length);
            if (range.Style != BodyStyle.None && end > start)
            {
                edges.Add((start, 1, (int)range.Style));
                edges.Add((end, -1, (int)range.Style));
            }
        }

        edges.Sort();
        var stretches = new List<(int, int, Styles)>();
        Span<int> depth = stackalloc int[8];
        var from = 0;
        foreach (var (at, step, style) in edges)
        {
            Add(stretches, from, at, depth);
            from = at;
            depth[style] += step;
        }

        Add(stretches, from, length, depth);
        return stretches;
    }

    private static void Add(List<(int Start, int End, Styles Styles)> stretches, int from, int to, ReadOnlySpan<int> depth)
    {
        if (to <= from)
        {
            return;
        }

        var styles = Styles.None;
        for (var style = 0; style < depth.Length; style++)
        {
            styles |= depth[style] > 0 ? (Styles)(1 << style) : Styles.None;
        }

        if (stretches.Count > 0 && stretches[^1].Styles == styles)
        {
            stretches[^1] = (stretches[^1].Start, to, styles);
        }
        else
        {
            stretches.Add((from, to, styles));
        }
    }
}
