namespace Fluister.Summaries.Engines.Extractive;

/// <summary>A question, as it bears on given passages.</summary>
internal sealed class Question
{
    /// <summary>Words of asking itself, which do not say what is asked for.</summary>
    private static readonly HashSet<string> Asking = new(
        ("summarize summarise summary discuss discussed discussion discussions think thought thoughts opinion opinions say said talk "
        + "talked meeting describe explain mention mentioned regarding main points point view views group team people members "
        + "conclusion decide decided decision happen happened new news important missed know tell everything anything something "
        + "passiert gab neues neu gebeurd nieuws passé nouveau pasó nuevo successo nuovo according what when where who why how which "
        + "whole zusammenfassen zusammenfassung worum ging geht gesagt meinung denkt vat samen samenvatting ging vond zei résumer "
        + "résumé dit pensé resumir resumen dijo piensa riassumi riassunto detto "
        + "pensa").Split(' ').Select(Passages.StemOf), StringComparer.Ordinal);

    private readonly int _subjects;

    /// <summary>Reads the question.</summary>
    public Question(Passages passages, string text)
    {
        var found = passages.Find(text);
        var names = passages.Speakers.Select(name => passages.Find(name).Select(x => x.Surface).ToHashSet(StringComparer.Ordinal))
            .ToArray();
        var frequency = names.SelectMany(x => x).GroupBy(x => x, StringComparer.Ordinal)
            .ToDictionary(x => x.Key, x => x.Count(), StringComparer.Ordinal);
        var asked = found.Select(x => x.Surface).ToHashSet(StringComparer.Ordinal);
        SpeakerMatch = new float[names.Length];
        var consumed = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < names.Length; i++)
        {
            var all = names[i].Sum(x => Weight(x));
            SpeakerMatch[i] = all > 0 ? (float)(names[i].Where(asked.Contains).Sum(x => Weight(x)) / all) : 0;
            if (SpeakerMatch[i] > 0.7f)
            {
                consumed.UnionWith(names[i]);
            }
        }

        var stops = StopWords(passages);
        foreach (var (surface, stem) in found)
        {
            if (!stops.Contains(surface) && !consumed.Contains(surface) && !Asking.Contains(Passages.StemOf(surface)))
            {
                _subjects++;
                if (stem >= 0 && !passages.IsStop[stem])
                {
                    Topic.Add(stem);
                }
            }

            if (stem >= 0)
            {
                All.Add(stem);
            }
        }

        for (var i = 1; i < found.Count; i++)
        {
            if (found[i].Stem >= 0 && found[i - 1].Stem >= 0)
            {
                Pairs.Add(((long)found[i - 1].Stem << 32) | (uint)found[i].Stem);
            }
        }

        double Weight(string word) => Math.Log((names.Length + 1.0) / frequency[word]) + 0.01;
    }

    /// <summary>Asks for nothing in particular: "What happened?"</summary>
    public bool IsOpen => _subjects == 0 && !NamesSpeaker;

    /// <summary>Asks for something that is nowhere mentioned.</summary>
    public bool IsUnanswerable => _subjects > 0 && Topic.Count == 0;

    /// <summary>Stems that say what is asked for.</summary>
    public HashSet<int> Topic { get; } = [];

    /// <summary>All stems that occur.</summary>
    public HashSet<int> All { get; } = [];

    /// <summary>Neighbouring stems.</summary>
    public HashSet<long> Pairs { get; } = [];

    /// <summary>How far each speaker is named: 0 to 1.</summary>
    public float[] SpeakerMatch { get; }

    /// <summary>Part of the question's subject that a sentence has: 0 to 1.</summary>
    public float Share(ReadOnlySpan<int> stems)
    {
        if (Topic.Count == 0)
        {
            return 0;
        }

        var found = 0;
        for (var i = 0; i < stems.Length; i++)
        {
            found += Topic.Contains(stems[i]) && !stems[..i].Contains(stems[i]) ? 1 : 0;
        }

        return found / (float)Topic.Count;
    }

    private bool NamesSpeaker => SpeakerMatch.Length > 0 && SpeakerMatch.Max() > 0.7f;

    private static IReadOnlySet<string> StopWords(Passages passages) =>
        Summaries.Language.StopWords.Of(passages.Language.Length == 0 ? "en" : passages.Language);
}
