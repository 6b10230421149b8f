using Fluister.Summaries.Checks;
using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Points;

/// <summary>Makes of a model's answer what may be shown: points that the checks let pass, and quotes for the others.</summary>
internal sealed class AnswerReader(Passages passages, PointChecker checker, Action<ModelPoint, Verdict, Sheet>? onVerdict = null)
{
    /// <summary>Longer sentences stand in only where the message has none shorter.</summary>
    private const int LongestQuote = 40;

    /// <summary>Reads an answer about a sheet; any text.</summary>
    public SheetPoints Read(string answer, Sheet sheet)
    {
        var points = new List<CheckedPoint>();
        var dropped = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var point in PointReader.Read(answer))
        {
            var verdict = checker.Check(point, sheet);
            onVerdict?.Invoke(point, verdict, sheet);
            if (verdict.Failed is null)
            {
                points.Add(new(point.Text.Trim(), verdict.Speaker, point.Cites.Select(x => sheet.Lines[x - 1].Utterance).ToList(), false));
                continue;
            }

            dropped[verdict.Failed] = dropped.GetValueOrDefault(verdict.Failed) + 1;
            if (QuoteFor(point, sheet) is { } quote && !points.Exists(x => x.IsQuote && x.Text == quote.Text
                && x.Utterances[0] == quote.Utterances[0]))
            {
                points.Add(quote);
            }
        }

        return new(points, dropped);
    }

    /// <summary>The sentence of the cited messages that has most of the point's words; null where no real message is cited.</summary>
    private CheckedPoint? QuoteFor(ModelPoint point, Sheet sheet)
    {
        var cited = point.Cites.Where(x => x >= 1 && x <= sheet.Lines.Count).Distinct().Take(PointForm.MostCites)
            .Select(x => sheet.Lines[x - 1]).ToList();
        var wanted = passages.Find(point.Text.Length <= 1000 ? point.Text : point.Text[..1000]).Select(x => x.Stem).Where(x => x >= 0
            && !passages.IsStop[x]).ToHashSet();
        var best = cited.SelectMany(line => Enumerable.Range(passages.FirstSentence[line.Utterance],
                passages.FirstSentence[line.Utterance + 1] - passages.FirstSentence[line.Utterance]))
            .Select(x => passages.Sentences[x]).Where(x => x.Cost > 0)
            .OrderBy(x => x.Cost <= LongestQuote ? 0 : 1).ThenByDescending(x => Shared(x, wanted)).ThenBy(x => cited.FindIndex(c =>
                c.Utterance == x.Utterance)).ThenByDescending(x => Math.Min(x.Cost, 12)).ThenBy(x => x.Start).Take(1).ToList();
        return best.Count == 0 || best[0].Cost > 3 * LongestQuote ? null
            : new(passages.TextOf(best[0]), passages.Utterances[best[0].Utterance].Speaker, [best[0].Utterance], IsQuote: true);
    }

    private int Shared(in Sentence sentence, HashSet<int> wanted)
    {
        var shared = 0;
        foreach (var stem in passages.StemsOf(sentence))
        {
            shared += wanted.Contains(stem) ? 1 : 0;
        }

        return shared;
    }
}
