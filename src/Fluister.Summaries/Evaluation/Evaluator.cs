using System.Diagnostics;
using System.Security.Cryptography;
using Fluister.Summaries.Evaluation.Injection;
using Fluister.Summaries.Evaluation.Report;
using Fluister.Summaries.Language;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Evaluation;

/// <summary>Measures a model on meetings whose summaries people wrote, beside what needs no model. Finished meetings are kept: the same
/// call again goes on where the last one ended.</summary>
public static class Evaluator
{
    /// <summary>Measures and writes the report into the folder.</summary>
    /// <param name="options">What.</param>
    /// <param name="progress">Told after each step; may be null.</param>
    /// <param name="cancel">Stops within 200 ms; finished meetings stay.</param>
    /// <returns>The report as JSON.</returns>
    /// <exception cref="Archive.Conversations.ArchiveException">The data are not QMSum's, or the folder holds something else.</exception>
    public static async Task<byte[]> RunAsync(EvaluationOptions options, Action<EvaluationProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(options);
        var meetings = Meeting.ReadAll(options.Data);
        var total = Math.Min(options.Limit ?? meetings.Count, meetings.Count);
        var hash = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(options.Data, cancel).ConfigureAwait(false)));
        var settings = Settings(options, hash);
        using var file = new ResultsFile(options.Folder, settings, options.Overwrite);
        progress?.Invoke(new(0, total, "meetings"));
        for (var i = 0; i < total; i++)
        {
            cancel.ThrowIfCancellationRequested();
            if (!file.Done.ContainsKey(i))
            {
                file.Add(new(i, await MeasureAsync(meetings[i], options, cancel).ConfigureAwait(false)));
            }

            progress?.Invoke(new(i + 1, total, "meetings"));
        }

        var summary = new EvaluationSummary(settings, Path.GetFileName(options.Data), options.Engine?.Description,
            file.Done.Where(x => x.Key < total).Select(x => x.Value).ToList())
        {
            Injection = options is { Injection: true, Engine: not null }
                ? await InjectionRun.RunAsync(options, progress, cancel).ConfigureAwait(false)
                : null,
        };
        ReportFolder.Write(options.Folder, summary);
        return JsonReport.Bytes(summary);
    }

    private static EvaluationSettings Settings(EvaluationOptions options, string hash)
    {
        var engine = options.Engine?.Description;
        return new()
        {
            DataSha256 = hash,
            Queries = options.Queries,
            Engine = engine?.Kind,
            EngineVersion = engine?.Version,
            Model = engine?.Model,
            ModelSha256 = engine?.ModelSha256,
            PromptVersion = engine is null ? null : $"{PromptFile.Digest.Version}, {PromptFile.Answer.Version}",
            Temperature = options.Temperature,
            Seed = options.Seed,
            Preselection = options.Preselection,
        };
    }

    private static async Task<List<AnswerScore>> MeasureAsync(Meeting meeting, EvaluationOptions options, CancellationToken cancel)
    {
        var scores = new List<AnswerScore>();
        for (var q = 0; q < Math.Min(options.Queries ?? int.MaxValue, meeting.Queries.Count); q++)
        {
            cancel.ThrowIfCancellationRequested();
            var query = meeting.Queries[q];
            var words = query.IsGeneral ? EvaluationOptions.GeneralWords : EvaluationOptions.SpecificWords;
            var clock = Stopwatch.StartNew();
            scores.Add(Score(SystemNames.Lead, meeting, q, Systems.Lead(meeting, words), clock));
            clock.Restart();
            var messages = QmSumConversation.Messages(meeting).ToList();
            var asked = QmSumConversation.Options(query, words);
            var extractive = Digester.Digest(QmSumConversation.Conversation, QmSumConversation.Self, messages, asked);
            scores.Add(Score(SystemNames.Extractive, meeting, q, Systems.Extractive(extractive), clock));
            if (options.Engine is not null)
            {
                clock.Restart();
                var measured = await ModelAnswer.RunAsync(meeting, query, extractive, messages, asked, options,
                    cancel).ConfigureAwait(false);
                scores.Add(Score(SystemNames.Model, meeting, q, measured.Statements, clock) with
                {
                    Model = measured.Work,
                });
            }
        }

        return scores;
    }

    private static AnswerScore Score(string system, Meeting meeting, int number, List<Statement> statements, Stopwatch clock)
    {
        var seconds = clock.Elapsed.TotalSeconds;
        var query = meeting.Queries[number];
        var capped = Systems.Cap(statements, query.IsGeneral ? EvaluationOptions.GeneralWords : EvaluationOptions.SpecificWords);
        var text = string.Join(' ', capped.Select(x => x.Text));
        var (summary, reference) = (Rouge.Words(text), Rouge.Words(query.Answer));
        return new(system, number, query.IsGeneral, Words.Count(text), Rouge.N(summary, reference, 1).F1, Rouge.N(summary, reference, 2).F1,
            Rouge.L(summary, reference).F1, Rouge.LSum(text, query.Answer).F1, Grounding.Of(statements, meeting.Transcript, query), seconds)
        {
            Text = system == SystemNames.Model ? text : "",
        };
    }
}
