using System.CommandLine;
using Fluister.Engines;
using Fluister.Summaries.Evaluation;

namespace Fluister.Cli.Commands;

/// <summary>fluister digest evaluate</summary>
internal sealed class EvaluateCommand
{
    private readonly EngineOptions _engine = new();
    private readonly Option<string> _data = new("--data")
    {
        Description = "Meetings of QMSum, JSON Lines, such as val.jsonl; it is not part of fluister",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<int?> _limit = new("--limit") { Description = "Only the first N meetings", HelpName = "N" };
    private readonly Option<int?> _queries = new("--queries") { Description = "Only the first N queries of each meeting", HelpName = "N" };
    private readonly Option<string> _out = new("--out", "-o")
    {
        Description = "Folder for the report and its plots; finished meetings are kept there",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => "evaluation",
    };
    private readonly Option<bool> _injection = new("--injection")
    {
        Description = "Also try to lead the model astray by messages, and report how often that works",
    };
    private readonly Option<int?> _attacks = new("--attacks") { Description = "With --injection: at most N attempts", HelpName = "N" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Begin anew where the folder holds other results" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the report as JSON" };

    public static Command Create(CancellationToken cancel)
    {
        var evaluate = new EvaluateCommand();
        var command = new Command("evaluate", """
            Measure a model of yours on QMSum: ROUGE, sources, false attributions, speed

              fluister digest evaluate --data val.jsonl                          what quotes, without a model
              fluister digest evaluate --data val.jsonl --model NAME --limit 3   a model, on three meetings
            """);
        foreach (var option in (Option[])[evaluate._data, evaluate._limit, evaluate._queries, evaluate._injection, evaluate._attacks,
            evaluate._out,
            evaluate._overwrite, evaluate._json])
        {
            command.Add(option);
        }

        evaluate._engine.AddTo(command);
        command.SetAction((parsed, _) => evaluate.RunAsync(parsed, cancel));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var folder = parsed.GetValue(_out)!;
        if (parsed.GetValue(_limit) is < 1 || parsed.GetValue(_queries) is < 1 || parsed.GetValue(_attacks) is < 1)
        {
            throw new UsageException("--limit, --queries and --attacks: from 1.");
        }

        var choice = _engine.Choose(parsed);
        if (choice is null && parsed.GetValue(_injection))
        {
            throw new UsageException("--injection needs a model: what only quotes takes no orders. Name one with --model.");
        }

        var engine = choice is null ? null : await choice.StartAsync(cancel).ConfigureAwait(false);
        byte[]? report;
        try
        {
            report = await MeasureAsync(parsed, folder, engine, choice, cancel).ConfigureAwait(false);
        }
        finally
        {
            if (engine is not null)
            {
                await engine.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (report is null)
        {
            return ExitCode.Cancelled;
        }

        if (parsed.GetValue(_json))
        {
            var output = Console.OpenStandardOutput();
            await output.WriteAsync(report, cancel).ConfigureAwait(false);
        }
        else
        {
            Console.WriteLine($"The report is {Terminal.Clean(Path.Combine(folder, "report.html"))}, "
                + "beside it report.md, report.json and the plots.");
        }

        return ExitCode.Done;
    }

    /// <summary>The report; null where it was cancelled.</summary>
    private async Task<byte[]?> MeasureAsync(ParseResult parsed, string folder, Engine? engine, EngineChoice? choice,
        CancellationToken cancel)
    {
        var options = new EvaluationOptions
        {
            Data = parsed.GetValue(_data)!,
            Folder = folder,
            Limit = parsed.GetValue(_limit),
            Queries = parsed.GetValue(_queries),
            Injection = parsed.GetValue(_injection),
            Attacks = parsed.GetValue(_attacks),
            Overwrite = parsed.GetValue(_overwrite),
            Engine = engine,
            Seed = choice?.Seed ?? 0,
            Temperature = choice?.Temperature ?? 0,
        };
        Progress? progress = null;
        try
        {
            return await Evaluator.RunAsync(options, Tell, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            progress?.Dispose();
            progress = null;
            await Console.Error.WriteLineAsync($"fluister: Cancelled; what is finished lies in {Terminal.Clean(folder)}, and the same "
                + "command "
                + "goes on from there.").ConfigureAwait(false);
            return null;
        }
        finally
        {
            progress?.Dispose();
        }

        void Tell(EvaluationProgress step)
        {
            if (step.Done == 0)
            {
                progress?.Dispose();
                progress = new Progress(step.What, step.Total);
            }

            progress?.Report(step.Done);
        }
    }
}
