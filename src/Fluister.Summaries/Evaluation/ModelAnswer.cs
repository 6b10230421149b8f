using Fluister.Archive.Conversations;

namespace Fluister.Summaries.Evaluation;

/// <summary>One answer of a model, with what it took.</summary>
internal static class ModelAnswer
{
    public static async Task<(List<Statement> Statements, ModelWork Work)> RunAsync(Meeting meeting, MeetingQuery query, Digest extractive,
        IReadOnlyList<Message> messages, DigestOptions asked, EvaluationOptions options, CancellationToken cancel)
    {
        var engine = new MeasuredEngine(options.Engine!);
        await using (engine.ConfigureAwait(false))
        {
            var drafts = new List<DraftVerdict>();
            var model = new ModelDigestOptions
            {
                Engine = engine,
                Seed = options.Seed,
                Temperature = options.Temperature,
                Language = "en",
                OnVerdict = drafts.Add,
            };
            model = options.Preselection is { } share ? model with { Preselection = share } : model;
            var digest = await ModelDigester.DigestAsync(extractive, QmSumConversation.Self, messages, asked, model, progress: null, cancel)
                .ConfigureAwait(false);
            var statements = Systems.Model(digest);
            var completions = engine.Take();
            return (statements, new ModelWork
            {
                Written = Grounding.Of(drafts.Select(Statement), meeting.Transcript, query),
                Kept = Grounding.Of(drafts.Where(x => x.FailedCheck is null).Select(Statement), meeting.Transcript, query),
                Dropped = digest.Receipt?.PointsDropped ?? new Dictionary<string, int>(StringComparer.Ordinal),
                Completions = completions.Count,
                Valid = completions.Count(x => AnswerForm.IsKept(x.Text)),
                Failed = digest.Receipt?.SegmentsFailed ?? 0,
                PromptTokens = completions.Sum(x => (long)x.PromptTokens),
                CachedTokens = completions.Sum(x => (long)x.CachedTokens),
                GeneratedTokens = completions.Sum(x => (long)x.GeneratedTokens),
                PromptSeconds = completions.Sum(x => x.PromptTime.TotalSeconds),
                GenerationSeconds = completions.Sum(x => x.GenerationTime.TotalSeconds),
                Messages = digest.Receipt?.MessagesCovered ?? 0,
                MessagesRead = digest.Receipt?.MessagesRead ?? 0,
            });
        }
    }

    /// <summary>A number that no message has is an utterance that there is not.</summary>
    private static Statement Statement(DraftVerdict draft) => new(draft.Text, draft.Who.Length == 0 ? null : draft.Who,
        draft.CitedMessageIds.Select(x => x.Length == 0 ? -1 : QmSumConversation.Number(x)).ToList(), IsQuote: false);
}
