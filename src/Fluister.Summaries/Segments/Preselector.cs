using System.Text;
using Fluister.Summaries.Engines.Extractive;

namespace Fluister.Summaries.Segments;

/// <summary>Chooses what a model sees of each segment.</summary>
/// <remarks>Without a question the choice for a segment looks at nothing outside it, so later messages do not change it. With one, the
/// places that bear on it are sought in the whole conversation, and most segments send nothing.</remarks>
internal sealed class Preselector(Passages passages, IReadOnlyList<(int From, int To)> replies, double share)
{
    /// <summary>A segment of no more words is sent whole.</summary>
    public const int Floor = 60;

    /// <summary>A conversation of no more words is sent whole.</summary>
    public const int ShortConversation = 400;

    /// <summary>However long the conversation, no more words are sent about a question.</summary>
    public const int MostAboutQuestion = 4000;

    /// <summary>A speaker has no more than this part of a segment, while others have something to say.</summary>
    private const double LargestPart = 0.6;

    /// <summary>What an answer or a question needs to be understood takes up to this part of the words.</summary>
    private const double ContextPart = 0.12;

    /// <summary>A message of no more words is sent whole or not at all.</summary>
    private const int ShortMessage = 12;

    /// <summary>A question with more words is no context.</summary>
    private const int LongestContext = 25;

    private readonly ExtractiveEngine _engine = new(Ranker.Default, Tuning.Default);
    private readonly Dictionary<int, int> _answered = replies.Where(x => x.To < x.From).DistinctBy(x => x.From)
        .ToDictionary(x => x.From, x => x.To);

    /// <summary>Excerpts of each segment, in order; none where a segment says nothing to the question.</summary>
    public List<List<Excerpt>> Choose(IReadOnlyList<Segment> segments, Question? question, CancellationToken cancel = default)
    {
        if (question is not null)
        {
            return About(segments, question);
        }

        return segments.Select(segment =>
        {
            cancel.ThrowIfCancellationRequested();
            return Choose(segment);
        }).ToList();
    }

    private readonly bool _isShort = passages.Sentences.Sum(x => (long)x.Cost) <= ShortConversation;

    private List<Excerpt> Choose(Segment segment)
    {
        var (first, end) = (passages.FirstSentence[segment.Start], passages.FirstSentence[segment.End]);
        var all = passages.Sentences.GetRange(first, end - first);
        var words = all.Sum(x => (long)x.Cost);
        var budget = (int)Math.Min(words, Math.Max(Floor, Math.Min(words, 1 << 20) * share));
        if (budget >= words || _isShort)
        {
            return Excerpts(all.ToHashSet());
        }

        // Sentences as they would be alone: a word counts by how often it is said here.
        var own = new Passages(passages.Utterances.Skip(segment.Start).Take(segment.Count).ToList(), passages.Speakers, passages.Language);
        var chosen = new HashSet<Sentence>();
        var left = budget - (int)(budget * ContextPart);
        foreach (var pick in _engine.Choose(own, question: null, left))
        {
            chosen.Add(all[own.IndexOf(pick.Sentence)]);
        }

        Share(segment, all, chosen, left);
        AddContext(segment, chosen, budget);
        return Excerpts(chosen);
    }

    private List<List<Excerpt>> About(IReadOnlyList<Segment> segments, Question question)
    {
        var words = passages.Sentences.Sum(x => (long)x.Cost);
        var budget = (int)Math.Min(Math.Max(Math.Min(words, Floor), Math.Min(words, 1 << 20) * share), MostAboutQuestion);
        var left = budget - (int)(budget * ContextPart);
        var chosen = _engine.Choose(passages, question, left).Select(x => x.Sentence).ToHashSet();
        var bySegment = segments.Select(segment => chosen.Where(x => x.Utterance >= segment.Start && x.Utterance < segment.End).ToHashSet())
            .ToList();
        return segments.Select((segment, i) =>
        {
            if (bySegment[i].Count > 0)
            {
                AddContext(segment, bySegment[i], bySegment[i].Sum(x => x.Cost) * (1 + ContextPart));
            }

            return Excerpts(bySegment[i]);
        }).ToList();
    }

    /// <summary>Takes from a speaker who has more than a due part what others have to say instead.</summary>
    private void Share(Segment segment, List<Sentence> all, HashSet<Sentence> chosen, int budget)
    {
        var most = (int)(budget * LargestPart);
        var loud = chosen.GroupBy(x => passages.Utterances[x.Utterance].Speaker).OrderByDescending(x => x.Sum(s => s.Cost)).First();
        var others = all.Where(x => passages.Utterances[x.Utterance].Speaker != loud.Key && x.Cost > 0).ToList();
        var missing = Math.Min(loud.Sum(x => x.Cost) - most, others.Sum(x => x.Cost) - chosen.Except(loud).Sum(x => x.Cost));
        if (missing <= 0)
        {
            return;
        }

        var utterances = passages.Utterances.Skip(segment.Start).Take(segment.Count)
            .Select(x => x.Speaker == loud.Key ? x with { Text = "" } : x).ToList();
        var quiet = new Passages(utterances, passages.Speakers, passages.Language);
        var (before, freed) = (chosen.Except(loud).Sum(x => x.Cost), 0);
        foreach (var pick in _engine.Choose(quiet, question: null, before + missing))
        {
            var sentence = all.First(x => x.Utterance == pick.Sentence.Utterance + segment.Start && x.Start == pick.Sentence.Start);
            freed += chosen.Add(sentence) ? sentence.Cost : 0;
        }

        foreach (var sentence in loud.OrderByDescending(x => x.Utterance).ThenByDescending(x => x.Start))
        {
            if (freed <= 0)
            {
                break;
            }

            chosen.Remove(sentence);
            freed -= sentence.Cost;
        }
    }

    /// <summary>Adds the questions that chosen messages answer, nearest first.</summary>
    private void AddContext(Segment segment, HashSet<Sentence> chosen, double budget)
    {
        var left = budget - chosen.Sum(x => x.Cost);
        foreach (var utterance in chosen.Select(x => x.Utterance).Distinct().Order().ToList())
        {
            var asked = _answered.GetValueOrDefault(utterance, utterance - 1);
            if (asked < segment.Start || passages.Utterances[asked].Speaker == passages.Utterances[utterance].Speaker
                || chosen.Any(x => x.Utterance == asked))
            {
                continue;
            }

            var sentences = passages.Sentences.GetRange(passages.FirstSentence[asked],
                passages.FirstSentence[asked + 1] - passages.FirstSentence[asked]);
            var question = sentences.FindLast(x => passages.TextOf(x)[^1] is '?' or '？' or '؟');
            if (question.Length > 0 && question.Cost is > 0 and <= LongestContext && question.Cost <= left)
            {
                chosen.Add(question);
                left -= question.Cost;
            }
        }
    }

    private List<Excerpt> Excerpts(HashSet<Sentence> chosen) =>
        chosen.GroupBy(x => x.Utterance).OrderBy(x => x.Key).Select(x => ExcerptOf(x.Key, x.OrderBy(s => s.Start).ToList())).ToList();

    private Excerpt ExcerptOf(int utterance, List<Sentence> chosen)
    {
        var whole = passages.Utterances[utterance].Text;
        var (first, end) = (passages.FirstSentence[utterance], passages.FirstSentence[utterance + 1]);
        var all = passages.Sentences.GetRange(first, end - first).Sum(x => x.Cost);
        if (chosen.Count == end - first || all <= ShortMessage)
        {
            return new(utterance, whole.Length <= Passages.MaximumUtterance ? whole : whole[..Passages.MaximumUtterance], all);
        }

        var text = new StringBuilder();
        var next = first;
        foreach (var sentence in chosen)
        {
            var at = passages.IndexOf(sentence);
            text.Append(at > next ? "… " : "").Append(passages.TextOf(sentence)).Append(' ');
            next = at + 1;
        }

        return new(utterance, text.Append(next < end ? "…" : "").ToString().TrimEnd(), chosen.Sum(x => x.Cost));
    }
}
