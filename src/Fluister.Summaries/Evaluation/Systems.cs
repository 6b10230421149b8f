using Fluister.Summaries.Language;

namespace Fluister.Summaries.Evaluation;

/// <summary>Answers without a model of language, as statements with their sources.</summary>
internal static class Systems
{
    /// <summary>The first sentences within the number of words.</summary>
    public static List<Statement> Lead(Meeting meeting, int words)
    {
        var statements = new List<Statement>();
        for (var i = 0; i < meeting.Transcript.Count && words > 0; i++)
        {
            var (speaker, text) = meeting.Transcript[i];
            foreach (var (start, length) in Sentences.Split(text))
            {
                var sentence = text.Substring(start, length);
                var cost = Words.Count(sentence);
                if (cost > 0 && cost <= words)
                {
                    statements.Add(new(sentence, speaker, [i], IsQuote: true));
                    words -= cost;
                }
            }
        }

        return statements;
    }

    /// <summary>What the digest quotes.</summary>
    public static List<Statement> Extractive(Digest digest) =>
        digest.Quotes.Select(x => new Statement(x.Text, x.Speaker?.Name, [QmSumConversation.Number(x.MessageId)], IsQuote: true)).ToList();

    /// <summary>What the digest says in a model's words, or in quotes where these did not stand up.</summary>
    public static List<Statement> Model(Digest digest) => digest.Topics.SelectMany(x => x.Points).Concat(digest.AnswerPoints)
        .Select(x => new Statement(x.Text, x.Speaker?.Name, x.Sources.Select(s => QmSumConversation.Number(s.MessageId)).ToList(),
            x.IsQuote))
        .ToList();

    /// <summary>Whole statements within the number of words: long answers are not to gain by being long.</summary>
    public static List<Statement> Cap(IEnumerable<Statement> statements, int words)
    {
        var kept = new List<Statement>();
        foreach (var statement in statements)
        {
            var cost = Words.Count(statement.Text);
            if (cost <= words)
            {
                kept.Add(statement);
                words -= cost;
            }
        }

        return kept;
    }
}
