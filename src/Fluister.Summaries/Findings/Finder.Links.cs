using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Summaries.Findings;

// Links: as written, each once.
internal sealed partial class Finder
{
    private const int LongestLink = 2048;

    /// <summary>Belongs to the sentence, not to the link before it.</summary>
    private const string Trailing = ".,;:!?'’”»]}*_";

    private static readonly string[] Starts = ["https://", "http://", "www."];

    /// <summary>Links, in order of their first place.</summary>
    public IReadOnlyList<DigestLink> Links()
    {
        var found = new Dictionary<string, DigestLink>(StringComparer.Ordinal);
        var order = new List<string>();
        for (var i = 0; i < _selection.Spoken.Count; i++)
        {
            var message = _selection.Spoken[i];
            foreach (var (start, url) in In(message.Body!))
            {
                if (found.TryGetValue(url, out var seen))
                {
                    found[url] = seen with { Count = seen.Count + 1 };
                }
                else if (SentenceAt(i, start) is { } sentence)
                {
                    var title = message.Previews.FirstOrDefault(x => string.Equals(x.Url, url, StringComparison.Ordinal))?.Title;
                    found.Add(url, new(url, title, 1, Quote(sentence)));
                    order.Add(url);
                }
            }
        }

        return Newest(order.ConvertAll(x => found[x]));
    }

    /// <summary>Links in a text.</summary>
    internal static IEnumerable<(int Start, string Url)> In(string body)
    {
        var at = 0;
        var length = Math.Min(body.Length, Passages.MaximumUtterance);
        while (at < length && Next(body, at, length) is var start and >= 0)
        {
            var end = start;
            while (end < length && !char.IsWhiteSpace(body[end]) && !char.IsControl(body[end])
                && body[end] is not ('<' or '>' or '"' or '`'))
            {
                end++;
            }

            at = end + 1;
            var open = body.AsSpan(start, end - start).Count('(');
            while (end > start && (Trailing.Contains(body[end - 1])
                || (body[end - 1] == ')' && open < body.AsSpan(start, end - start).Count(')'))))
            {
                end--;
            }

            if (end - start is > 9 and <= LongestLink)
            {
                yield return (start, body[start..end]);
            }
        }
    }

    private static int Next(string body, int from, int length)
    {
        var best = -1;
        foreach (var prefix in Starts)
        {
            var limit = best < 0 ? length : best;
            var at = body.AsSpan(from, limit - from).IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
            best = at >= 0 ? from + at : best;
        }

        return best;
    }
}
