using System.Globalization;
using System.Text;

namespace Fluister.Summaries;

// What a model wrote, as all forms for people show it: never in quotation marks, which are for what people wrote, and each point with the
// numbers of the messages that say so.
public static partial class DigestWriter
{
    /// <summary>A source is shown up to this many UTF-16 units; all of it stands in the message.</summary>
    private const int SourceLength = 400;

    /// <summary>Marks that a quote or the number of a source begins or ends with: a model's text must not look like either.</summary>
    private const string Marks = "[]“”„‟‘’‚‛«»‹›「」『』〝〞〟＂［］【】";
    private const string Tame = "()\"\"\"\"''''\"\"''\"\"\"\"\"\"\"\"()()";

    /// <summary>The messages that points name, numbered from 1 in the order in which they are first named.</summary>
    private sealed class Sources
    {
        private readonly Dictionary<(string Id, string Text), int> _numbers = [];

        public List<DigestQuote> All { get; } = [];

        public IReadOnlyList<int> NumbersOf(DigestPoint point) => [.. point.Sources.Select(NumberOf).Distinct()];

        private int NumberOf(DigestQuote source)
        {
            if (!_numbers.TryGetValue((source.MessageId, source.Text), out var number))
            {
                All.Add(source);
                _numbers.Add((source.MessageId, source.Text), number = All.Count);
            }

            return number;
        }
    }

    /// <summary>A point on one line of text, without the numbers of its sources.</summary>
    public static string Line(DigestPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return Statement(point);
    }

    /// <summary>A model's words on one line, without any mark that is a person's or ours.</summary>
    internal static string Written(string text)
    {
        var builder = new StringBuilder(Plain(text));
        for (var i = 0; i < Marks.Length; i++)
        {
            builder.Replace(Marks[i], Tame[i]);
        }

        return builder.ToString().Trim();
    }

    /// <summary>A point without its numbers: a quote in quotation marks after its speaker, else what the model wrote.</summary>
    private static string Statement(DigestPoint point)
    {
        if (point.IsQuote)
        {
            return $"{Name(point.Speaker ?? point.Sources[0].Speaker)}: “{Short(point.Text)}”";
        }

        var text = Written(point.Text);
        return point.Speaker is { } speaker && !text.Contains(Written(speaker.Name), StringComparison.OrdinalIgnoreCase)
            ? $"{Written(speaker.Name)}: {text}" : text;
    }

    /// <summary>What stands between quotation marks on one line: it cannot end them.</summary>
    private static string Nested(string text) => Plain(text).Replace('“', '‘').Replace('”', '’');

    private static string Short(string text)
    {
        var plain = Nested(text);
        var end = SourceLength;
        return plain.Length <= end ? plain : $"{plain[..(char.IsLowSurrogate(plain[end]) ? end - 1 : end)]}…";
    }

    /// <summary>Topics of which something is told, by the day they begin on.</summary>
    private static IEnumerable<IGrouping<string, DigestTopic>> Days(Digest digest) => Told(digest).GroupBy(topic =>
        Local(digest, topic.From) is { } local ? local.ToString("yyyy-MM-dd ddd", CultureInfo.InvariantCulture) : topic.From.ToString());

    /// <summary>Says at the very beginning whose words these are; null where no model was asked.</summary>
    private static string? Origin(Digest digest) => digest.Receipt is not { } receipt ? null
        : digest.Topics.SelectMany(x => x.Points).Concat(digest.AnswerPoints).Any(x => !x.IsQuote)
        ? $"Written by {Written(receipt.Model)}, checked against the messages: a summary of other people's words. "
            + "What people wrote themselves stands in “quotation marks”."
        : receipt.SegmentsFailed == receipt.Segments && receipt.Segments > 0 ? $"Quotes: {Written(receipt.Model)} was asked, and failed."
        : $"Quotes: {Written(receipt.Model)} was asked, and wrote nothing that stood up to the checks.";
}
