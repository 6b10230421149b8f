using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Accounts;

/// <summary>Names of people in typed text.</summary>
internal static class Mentions
{
    private const string Stand = "\uFFFC";

    /// <summary>Lets every "@WHO" of a draft mention a person; formatting and other mentions stay where they were.</summary>
    /// <exception cref="UsageException">The text does not hold it.</exception>
    public static Draft Put(Draft draft, string who, ServiceId person)
    {
        var written = $"@{who}";
        var text = draft.Text ?? "";
        var (styles, mentions) = (draft.Styles, draft.Mentions);
        var at = Find(text, written, 0);
        if (at < 0)
        {
            throw new UsageException($"--mention {who}: the text does not hold {written}.");
        }

        for (; at >= 0; at = Find(text, written, at + 1))
        {
            text = string.Concat(text.AsSpan(0, at), Stand, text.AsSpan(at + written.Length));
            (int, int) Moved(int start, int length)
            {
                // What ends or begins within the name takes all of what stands for it.
                int Place(int place, int within) =>
                    place <= at ? place : place >= at + written.Length ? place - written.Length + 1 : within;
                var (from, to) = (Place(start, at), Place(start + length, at + 1));
                return (from, to - from);
            }

            styles = [.. styles.Select(one => (Moved(one.Start, one.Length), one.Style))
                .Select(one => (one.Item1.Item1, one.Item1.Item2, one.Style))];
            mentions = [.. mentions.Select(one => (Moved(one.Start, one.Length).Item1, 1, one.Person)), (at, 1, person)];
        }

        return draft with { Text = text, Styles = styles, Mentions = [.. mentions.OrderBy(one => one.Start)] };
    }

    // "@anna" does not mean the beginning of "@annabel"; a name that ends in a letter or digit ends there.
    private static int Find(string text, string written, int from)
    {
        for (var at = text.IndexOf(written, from, StringComparison.Ordinal); at >= 0;
            at = text.IndexOf(written, at + 1, StringComparison.Ordinal))
        {
            var end = at + written.Length;
            if (end == text.Length || !char.IsLetterOrDigit(text[end]))
            {
                return at;
            }
        }

        return -1;
    }
}
