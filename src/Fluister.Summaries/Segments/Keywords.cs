using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Language;

namespace Fluister.Summaries.Segments;

/// <summary>Words that stand out in a segment against the whole conversation.</summary>
internal sealed class Keywords
{
    /// <summary>Words that carry no subject, beyond those that say little anywhere.</summary>
    private static readonly HashSet<string> Fillers = new(
        ("actually always anyway back basically bit come day different even exactly first fine good great guess idea kind last later "
        + "little lot lots made make maybe much myself never next nice nothing number officially one ones part people perfect place "
        + "point possible pretty probably problem put question quite rather sense show something somebody sort start still stuff sure "
        + "talk talking three time today tomorrow trying true two use used using way whatever work world year yesterday yet genau "
        + "heute immer vielleicht morgen eigentlich einfach leute gerade etwas alles nichts gut viel zwei drei gleich bitte eigenlijk "
        + "even vandaag misschien alles niets iets goed twee drie mensen altijd aujourd hui demain peut gens deux trois rien toujours "
        + "encore beaucoup hoy mañana siempre nunca gente dos tres mucho oggi domani sempre mai gente due tre")
        .Split(' ').Select(Passages.StemOf), StringComparer.Ordinal);

    private readonly Passages _passages;
    private readonly int[] _all;

    /// <summary>Counts the whole.</summary>
    public Keywords(Passages passages)
    {
        _passages = passages;
        _all = new int[passages.Vocabulary.Count];
        foreach (var stem in passages.Stems)
        {
            if (stem >= 0)
            {
                _all[stem]++;
            }
        }
    }

    /// <summary>Best first, as written at their first place in the segment.</summary>
    public IReadOnlyList<string> Of(Segment segment, int most)
    {
        var counts = new Dictionary<int, int>();
        var (first, end) = (_passages.FirstSentence[segment.Start], _passages.FirstSentence[segment.End]);
        for (var s = first; s < end; s++)
        {
            foreach (var stem in _passages.StemsOf(_passages.Sentences[s]))
            {
                if (stem >= 0 && !_passages.IsStop[stem] && _passages.Vocabulary[stem] is { Length: > 1 } word && !char.IsDigit(word[0])
                    && !Fillers.Contains(word))
                {
                    counts[stem] = counts.GetValueOrDefault(stem) + 1;
                }
            }
        }

        // How much more often than by chance, times how often (as in a log-likelihood ratio).
        var share = segment.Count / (double)_passages.Utterances.Count;
        var least = segment.Count >= 10 ? 2 : 1;
        var best = counts.Where(x => x.Value >= least)
            .Select(x => (Stem: x.Key, Score: x.Value * Math.Log(1 + (x.Value / (_all[x.Key] * share + 0.5)))
                * Math.Min(5, _passages.Vocabulary[x.Key].Length)))
            .OrderByDescending(x => x.Score).ThenBy(x => x.Stem).Take(most).Select(x => x.Stem).ToList();
        var written = new Dictionary<int, string>();
        var words = new List<Word>();
        for (var s = first; s < end && written.Count < best.Count; s++)
        {
            var sentence = _passages.Sentences[s];
            if (!best.Exists(x => !written.ContainsKey(x) && _passages.StemsOf(sentence).Contains(x)))
            {
                continue;
            }

            var text = _passages.TextOf(sentence);
            words.Clear();
            Words.Split(text, words);
            foreach (var word in words)
            {
                var surface = text.Substring(word.Start, word.Length);
                var stem = _passages.Find(surface) is [var only] ? only.Stem : -1;
                if (best.Contains(stem))
                {
                    written.TryAdd(stem, surface);
                }
            }
        }

        return best.Where(written.ContainsKey).Select(x => written[x]).ToList();
    }
}
