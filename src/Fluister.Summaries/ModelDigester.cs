using Fluister.Archive.Conversations;
using Fluister.Summaries.Merging;
using Fluister.Summaries.Points;

namespace Fluister.Summaries;

/// <summary>Digests a conversation with a model of language, part by part; every point is checked against the messages that it names, and
/// where it does not stand up a quote takes its place.</summary>
public static class ModelDigester
{
    /// <summary>Adds a model's points to an extractive digest. An engine that fails costs points, never the digest: quotes stand
    /// in.</summary>
    /// <param name="extractive">What <see cref="Digester.Digest"/> made of the same messages and options.</param>
    /// <param name="self">The owner of the archive.</param>
    /// <param name="messages">What to digest, in any order.</param>
    /// <param name="options">How, as for the extractive digest.</param>
    /// <param name="model">Which model, and how it is asked.</param>
    /// <param name="progress">Told what happens, in order, on the thread that it happens on; may be null.</param>
    /// <param name="cancel">Stops within 200 ms.</param>
    public static async Task<Digest> DigestAsync(Digest extractive, Participant self, IReadOnlyList<Message> messages,
        DigestOptions options, ModelDigestOptions model, Action<DigestProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(extractive);
        ArgumentNullException.ThrowIfNull(model);
        // Off this thread, so that a person who cancels need not wait until all is read.
        var run = await Task.Run(() => new ModelRun(messages, self, options, model, extractive.Language, progress, cancel), cancel)
            .WaitAsync(cancel).ConfigureAwait(false);
        await run.AskAsync(cancel).ConfigureAwait(false);
        return await Task.Run(() => Merge(extractive, options, model, run), cancel).WaitAsync(cancel).ConfigureAwait(false);
    }

    private static Digest Merge(Digest extractive, DigestOptions options, ModelDigestOptions model, ModelRun run)
    {
        var about = run.Question is { IsOpen: false } ? run.Question : null;
        var merger = new PointMerger(run.Passages, about);
        var comparable = string.Equals(run.Language, run.Spoken, StringComparison.Ordinal);
        var candidates = Candidates(extractive, run);
        var digest = extractive with { Receipt = Receipt(model, run) };
        if (options.Ask is not null)
        {
            var answers = merger.Choose(candidates, candidates.ConvertAll(_ => 0), options.Words, comparable);
            return digest with { AnswerPoints = answers.ConvertAll(run.Finished) };
        }

        var groups = candidates.ConvertAll(x => TopicOf(extractive, run, x));
        // A topic without any candidate keeps its quotes, and they their words.
        var kept = extractive.Topics.Where((_, i) => !groups.Contains(i)).SelectMany(x => x.Quotes).Sum(x => Language.Words.Count(x.Text));
        var chosen = merger.Choose(candidates, groups, Math.Max(0, options.Words - kept), comparable);
        var topics = extractive.Topics.Select((topic, i) =>
        {
            var points = chosen.Where(x => TopicOf(extractive, run, x) == i).Select(run.Finished).ToList();
            return points.Count == 0 && groups.Contains(i) ? topic with { Quotes = [] } : topic with { Points = points };
        });
        return digest with { Topics = topics.ToList() };
    }

    /// <summary>The points of all parts; of a part that has none, the quotes of the extractive digest.</summary>
    private static List<CheckedPoint> Candidates(Digest extractive, ModelRun run)
    {
        var candidates = run.Works.SelectMany(x => x.Points?.Points ?? []).ToList();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < run.Selection.Spoken.Count; i++)
        {
            numbers[run.Selection.Spoken[i].Id] = i;
        }

        var quotes = extractive.Quotes.Where(x => numbers.ContainsKey(x.MessageId)).Select(x => (Quote: x, At: numbers[x.MessageId]))
            .ToList();
        for (var i = 0; i < run.Works.Count; i++)
        {
            var work = run.Works[i];
            if (work.Points is { Points.Count: > 0 } && !work.Failed)
            {
                continue;
            }

            var from = i == 0 ? 0 : work.Sheet.Lines[0].Utterance;
            var end = i + 1 < run.Works.Count ? run.Works[i + 1].Sheet.Lines[0].Utterance : int.MaxValue;
            candidates.AddRange(quotes.Where(x => x.At >= from && x.At < end)
                .Select(x => new CheckedPoint(x.Quote.Text, run.Selection.Utterances[x.At].Speaker, [x.At], IsQuote: true)));
        }

        return candidates;
    }

    /// <summary>The topic in whose time the first cited message lies.</summary>
    private static int TopicOf(Digest extractive, ModelRun run, CheckedPoint point)
    {
        var sent = run.Selection.Spoken[point.Utterances[0]].SentAt;
        var topic = extractive.Topics.Count - 1;
        while (topic > 0 && extractive.Topics[topic].From > sent)
        {
            topic--;
        }

        return topic;
    }

    private static DigestReceipt Receipt(ModelDigestOptions model, ModelRun run)
    {
        var engine = model.Engine.Description;
        return new()
        {
            Engine = engine.Kind,
            EngineVersion = engine.Version,
            Model = engine.Model,
            ModelSha256 = engine.ModelSha256,
            Confinement = engine.Confinement,
            PromptVersion = run.PromptVersion,
            Temperature = model.Temperature,
            Seed = model.Temperature > 0 ? model.Seed : 0,
            MessagesCovered = run.Selection.Spoken.Count,
            MessagesRead = run.Works.Where(x => x.Points is not null).SelectMany(x => x.Sheet.Lines).Select(x => x.Utterance).Distinct()
                .Count(),
            Segments = run.Works.Count,
            SegmentsFromCache = run.Works.Count(x => x.IsKnown),
            SegmentsFailed = run.Works.Count(x => x.Failed),
            PointsKept = run.Works.Sum(x => x.Points?.Kept ?? 0),
            PointsDropped = run.Works.SelectMany(x => x.Points?.Dropped ?? new Dictionary<string, int>())
                .GroupBy(x => x.Key, StringComparer.Ordinal).ToDictionary(x => x.Key, x => x.Sum(y => y.Value), StringComparer.Ordinal),
            PromptTokens = run.Pace.PromptTokens,
            GeneratedTokens = run.Pace.GeneratedTokens,
            EngineTime = run.Pace.EngineTime,
        };
    }
}
