using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Evaluation;

namespace Fluister.Evaluation;

/// <summary>A meeting made ready.</summary>
internal sealed class Prepared
{
    public Prepared(Meeting meeting)
    {
        Meeting = meeting;
        var speakers = meeting.Transcript.Select(x => x.Speaker).Distinct(StringComparer.Ordinal).ToList();
        var number = speakers.Select((x, i) => (x, i)).ToDictionary(x => x.x, x => x.i, StringComparer.Ordinal);
        Passages = new Passages(meeting.Transcript.Select(x => new Utterance(number[x.Speaker], x.Text)).ToList(), speakers);
    }

    public Meeting Meeting { get; }

    public Passages Passages { get; }
}

/// <summary>Makes a ranker from meetings. Deterministic.</summary>
internal static class Training
{
    private const int MinimumMeetings = 6;

    public static Ranker Train(IReadOnlyList<Prepared> meetings, Action<string> log)
    {
        var relevances = new Dictionary<(int Meeting, MeetingQuery Query), float[]>();
        const int Folds = 3;
        for (var fold = 0; fold < Folds; fold++)
        {
            var forest = TrainRelevance(meetings.Where((_, i) => i % Folds != fold));
            for (var m = fold; m < meetings.Count; m += Folds)
            {
                foreach (var query in meetings[m].Meeting.Queries)
                {
                    relevances[(m, query)] = RelevanceOf(forest, meetings[m], query);
                }
            }
        }

        var relevance = TrainRelevance(meetings);
        log("relevance trained");
        var words = meetings.Select(WordTallies).ToList();
        var pairs = meetings.Select(PairTallies).ToList();
        var wordLexicon = Sum(words);
        var pairLexicon = Sum(pairs);
        log($"lexicon: {wordLexicon.Count} words, {pairLexicon.Count} pairs");
        var samples = new Samples(Concepts.WordFeatures);
        for (var m = 0; m < meetings.Count; m++)
        {
            foreach (var query in meetings[m].Meeting.Queries)
            {
                AddWords(samples, meetings[m], query, relevances[(m, query)], wordLexicon, words[m]);
            }
        }

        var wordForest = Boosting.Train(samples, 100, 6, 0.15f);
        log($"words trained on {samples.Count}");
        samples = new Samples(Concepts.PairFeatures);
        for (var m = 0; m < meetings.Count; m++)
        {
            foreach (var query in meetings[m].Meeting.Queries)
            {
                AddPairs(samples, meetings[m], query, relevances[(m, query)], wordForest, wordLexicon, words[m], pairLexicon, pairs[m]);
            }
        }

        var pairForest = Boosting.Train(samples, 100, 6, 0.15f);
        log($"pairs trained on {samples.Count}");
        return new()
        {
            Relevance = relevance,
            Words = wordForest,
            Pairs = pairForest,
            WordLexicon = wordLexicon,
            PairLexicon = pairLexicon,
        };
    }

    private static Question? QuestionOf(Prepared meeting, MeetingQuery query) => query.IsGeneral ? null
        : new Question(meeting.Passages, query.Query);

    private static float[] RelevanceOf(Forest forest, Prepared meeting, MeetingQuery query)
    {
        var result = new float[meeting.Passages.Utterances.Count];
        Array.Fill(result, 1);
        if (QuestionOf(meeting, query) is { } question)
        {
            var samples = Relevance.Features(meeting.Passages, question);
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = forest.Probability(samples.AsSpan(i * Relevance.FeatureCount, Relevance.FeatureCount));
            }
        }

        return result;
    }

    private static Forest TrainRelevance(IEnumerable<Prepared> meetings)
    {
        var samples = new Samples(Relevance.FeatureCount);
        var counter = 0;
        foreach (var meeting in meetings)
        {
            foreach (var query in meeting.Meeting.Queries.Where(x => !x.IsGeneral && x.Spans.Count > 0))
            {
                var features = Relevance.Features(meeting.Passages, QuestionOf(meeting, query)!);
                for (var i = 0; i < meeting.Passages.Utterances.Count; i++)
                {
                    if (counter++ % 3 == 0)
                    {
                        var hit = query.Spans.Any(s => s.First <= i && i <= s.Last);
                        samples.Add(features.AsSpan(i * Relevance.FeatureCount, Relevance.FeatureCount), hit ? 1 : 0, 1);
                    }
                }
            }
        }

        return Boosting.Train(samples, 80, 5, 0.12f, 50);
    }

    private static Dictionary<uint, Tally> WordTallies(Prepared meeting)
    {
        var tallies = new Dictionary<uint, Tally>();
        var hashes = meeting.Passages.Vocabulary.Select(Lexicon.Hash).ToHashSet();
        foreach (var query in meeting.Meeting.Queries)
        {
            var wanted = Rouge.Words(query.Answer).GroupBy(x => x, StringComparer.Ordinal)
                .ToDictionary(x => Lexicon.Hash(x.Key), x => x.Count());
            Count(tallies, hashes, wanted, query.IsGeneral);
        }

        return tallies;
    }

    private static Dictionary<uint, Tally> PairTallies(Prepared meeting)
    {
        var tallies = new Dictionary<uint, Tally>();
        var passages = meeting.Passages;
        var hash = passages.Vocabulary.Select(Lexicon.Hash).ToArray();
        var hashes = new HashSet<uint>();
        foreach (var sentence in passages.Sentences)
        {
            var stems = passages.StemsOf(sentence);
            for (var i = 1; i < stems.Length; i++)
            {
                if (stems[i] >= 0 && stems[i - 1] >= 0)
                {
                    hashes.Add(Lexicon.Hash(hash[stems[i - 1]], hash[stems[i]]));
                }
            }
        }

        foreach (var query in meeting.Meeting.Queries)
        {
            Count(tallies, hashes, WantedPairs(query.Answer), query.IsGeneral);
        }

        return tallies;
    }

    private static Dictionary<uint, int> WantedPairs(string answer)
    {
        var words = Rouge.Words(answer).ConvertAll(Lexicon.Hash);
        return words.Zip(words.Skip(1)).GroupBy(x => Lexicon.Hash(x.First, x.Second)).ToDictionary(x => x.Key, x => x.Count());
    }

    private static void Count(Dictionary<uint, Tally> tallies, HashSet<uint> hashes, Dictionary<uint, int> wanted, bool general)
    {
        foreach (var hash in hashes)
        {
            var times = wanted.GetValueOrDefault(hash);
            var one = new Tally(1, times > 0 ? 1 : 0, times, 0, 0, 0);
            tallies[hash] = tallies.GetValueOrDefault(hash) + (general ? new Tally(0, 0, 0, one.Seen, one.Kept, one.Times) : one);
        }
    }

    private static Lexicon Sum(List<Dictionary<uint, Tally>> tallies)
    {
        var (sum, meetings) = (new Dictionary<uint, Tally>(), new Dictionary<uint, int>());
        foreach (var (hash, tally) in tallies.SelectMany(x => x))
        {
            sum[hash] = sum.GetValueOrDefault(hash) + tally;
            meetings[hash] = meetings.GetValueOrDefault(hash) + 1;
        }

        return new(sum.Where(x => meetings[x.Key] >= MinimumMeetings).ToDictionary(x => x.Key, x => x.Value));
    }

    /// <summary>What a lexicon would say had it not seen this meeting.</summary>
    private static Tally Without(Lexicon lexicon, Dictionary<uint, Tally> own, uint hash)
    {
        var all = lexicon.Find(hash);
        return all == default ? all : all - own.GetValueOrDefault(hash);
    }

    private static void AddWords(
        Samples samples, Prepared meeting, MeetingQuery query, float[] relevance, Lexicon lexicon, Dictionary<uint, Tally> own)
    {
        var concepts = new Concepts(meeting.Passages, QuestionOf(meeting, query), relevance);
        var wanted = Rouge.Words(query.Answer).GroupBy(x => x, StringComparer.Ordinal)
            .ToDictionary(x => x.Key, x => x.Count(), StringComparer.Ordinal);
        var known = IsKnown(query);
        Span<float> sample = stackalloc float[Concepts.WordFeatures];
        for (var stem = 0; stem < meeting.Passages.Vocabulary.Count; stem++)
        {
            var times = wanted.GetValueOrDefault(meeting.Passages.Vocabulary[stem]);
            for (var k = 1; k <= Math.Min(Concepts.MaximumTimes, concepts.CountOf(stem)); k++)
            {
                var keep = times >= k || times + 1 >= k && times > 0 ? 1 : k == 1 ? query.IsGeneral ? 2 : 5 : query.IsGeneral ? 5 : 12;
                if (keep == 1 || Draw(stem, k, query) % keep == 0)
                {
                    concepts.Word(stem, k, known ? Without(lexicon, own, concepts.HashOf(stem)) : default, sample);
                    samples.Add(sample, times >= k ? 1 : 0, keep * (query.IsGeneral ? 2 : 1));
                }
            }
        }
    }

    private static void AddPairs(
        Samples samples,
        Prepared meeting,
        MeetingQuery query,
        float[] relevance,
        Forest words,
        Lexicon wordLexicon,
        Dictionary<uint, Tally> ownWords,
        Lexicon pairLexicon,
        Dictionary<uint, Tally> ownPairs)
    {
        var concepts = new Concepts(meeting.Passages, QuestionOf(meeting, query), relevance);
        var wanted = WantedPairs(query.Answer);
        var known = IsKnown(query);
        var chances = new float[meeting.Passages.Vocabulary.Count];
        Span<float> word = stackalloc float[Concepts.WordFeatures];
        for (var stem = 0; stem < chances.Length; stem++)
        {
            concepts.Word(stem, 1, known ? Without(wordLexicon, ownWords, concepts.HashOf(stem)) : default, word);
            chances[stem] = words.Probability(word);
        }

        Span<float> sample = stackalloc float[Concepts.PairFeatures];
        foreach (var (key, pair) in concepts.Pairs(meeting.Passages.Sentences, meeting.Passages.Sentences))
        {
            var (a, b) = ((int)(key >> 32), (int)key);
            var hash = Lexicon.Hash(concepts.HashOf(a), concepts.HashOf(b));
            var hit = wanted.ContainsKey(hash);
            var keep = hit ? 1 : query.IsGeneral ? 5 : 15;
            if (keep == 1 || Draw(a, b, query) % keep == 0)
            {
                concepts.PairOf(key, pair, chances[a], chances[b], known ? Without(pairLexicon, ownPairs, hash) : default, sample);
                samples.Add(sample, hit ? 1 : 0, keep * (query.IsGeneral ? 2 : 1));
            }
        }
    }

    /// <summary>For every sixth query the lexicon is hidden, so that the forests learn to do without it: as in a language never
    /// seen.</summary>
    private static bool IsKnown(MeetingQuery query) =>
        Lexicon.Hash(query.Query + query.Answer[..Math.Min(20, query.Answer.Length)]) % 6 != 0;

    private static uint Draw(int a, int b, MeetingQuery query) => (Lexicon.Hash((uint)a * 7919, (uint)b) ^ Lexicon.Hash(query.Query)) >> 7;
}
