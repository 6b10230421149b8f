using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Points;

/// <summary>Puts beside a point the messages that bear it out, word for word.</summary>
internal static class PointSources
{
    /// <summary>Of a longer message only the sentence that matters is shown (words, UTF-16 units).</summary>
    private const int LongestWords = 60;
    private const int LongestText = 720;

    /// <summary>The point with its sources.</summary>
    public static DigestPoint With(CheckedPoint point, Selection selection, Passages passages) => new(point.Text,
        point.Speaker < 0 ? null : selection.Speakers[point.Speaker], point.Utterances.Select((x, i) =>
        {
            var message = selection.Spoken[x];
            return new DigestQuote(message.Id, message.Sender, message.SentAt,
                point.IsQuote && i == 0 ? point.Text : TextOf(x, point.Text, passages), 0);
        }).ToList(), point.IsQuote);

    /// <summary>The message, or of a long one the sentence that is nearest to a text.</summary>
    private static string TextOf(int utterance, string text, Passages passages)
    {
        var body = passages.Utterances[utterance].Text;
        var (first, end) = (passages.FirstSentence[utterance], passages.FirstSentence[utterance + 1]);
        if (first == end || (body.Length <= LongestText && Words.Count(body) <= LongestWords))
        {
            return body.Length <= LongestText ? body
                : body[..(char.IsHighSurrogate(body[LongestText - 1]) ? LongestText - 1 : LongestText)];
        }

        var wanted = passages.Find(text).Select(x => x.Stem).Where(x => x >= 0).ToHashSet();
        return passages.TextOf(passages.Sentences.GetRange(first, end - first)
            .MaxBy(x => passages.StemsOf(x).ToArray().Distinct().Count(wanted.Contains)));
    }
}
