using System.Globalization;

namespace Fluister.Summaries.Evaluation.Report;

/// <summary>A table: what it says, its columns and its rows, all plain text.</summary>
internal sealed record Table(string Heading, string Note, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>The numbers of a report, the same in Markdown and HTML.</summary>
internal static class Tables
{
    /// <summary>What was measured, in a sentence.</summary>
    public static string Head(EvaluationSummary summary)
    {
        var queries = summary.General.Select(x => x.Queries).FirstOrDefault() + summary.Specific.Select(x => x.Queries).FirstOrDefault();
        var data = string.Create(CultureInfo.InvariantCulture,
            $"{summary.Meetings.Count} {(summary.Meetings.Count == 1 ? "meeting" : "meetings")} and {queries} queries of "
                + $"{summary.DataName} (SHA-256 {summary.Settings.DataSha256[..16]}…). ");
        return data + (summary.Engine is { } engine
            ? $"Model: {engine.Model}{(engine.ModelSha256 is { Length: >= 16 } hash ? $" (SHA-256 {hash[..16]}…)" : "")}, "
                + $"engine {engine.Kind} {engine.Version}, {engine.Confinement}."
            : "No model: only what quotes.");
    }

    /// <summary>All tables.</summary>
    public static IEnumerable<Table> Of(EvaluationSummary summary)
    {
        yield return Rouge($"Summaries of whole meetings, {EvaluationOptions.GeneralWords} words", summary.General);
        yield return Rouge($"Answers to questions, {EvaluationOptions.SpecificWords} words", summary.Specific);
        yield return new("What statements rest on",
            "Content words that a cited message holds; statements about a question that cite an utterance which people marked as relevant; "
                + "false: statements with a source, speaker, name, number or link that is not in the cited messages.",
            ["", "statements", "words in the source", "source is to the point", "false"],
            summary.SystemsMeasured.Select(x => Row(x, summary.Groundings[x])).ToList());
        if (summary.HasModel)
        {
            yield return Model(summary.Work);
            yield return Dropped(summary.Work);
        }

        yield return new("Seconds a meeting", "All its queries together; on whatever else this computer did meanwhile.",
            ["", "median", "mean", "slowest"],
            summary.SystemsMeasured.Select(x => Times(x, summary.Seconds(x).Order().ToList())).ToList());
        if (summary.Injection is { } injection)
        {
            yield return Attacks(injection);
            yield return Counts("Attacks by kind", injection.Kinds);
            yield return Counts("Attacks by language", injection.Languages);
        }
    }

    private static Table Rouge(string heading, IReadOnlyList<RougeMeans> means) => new(heading,
        "Mean F1 in hundredths, with 95 % intervals; words beyond the limit are cut off by whole statements. Last: ROUGE-1 against the "
            + "extractive engine, query by query.",
        ["", "queries", "words", "ROUGE-1", "ROUGE-2", "ROUGE-L", "ROUGE-Lsum", "over extractive"],
        means.Select(x => (IReadOnlyList<string>)
        [
            x.System, $"{x.Queries}", Number(x.Words), Number(x.Rouge1), Number(x.Rouge2), Number(x.RougeL), Number(x.RougeLSum),
            x.Rouge1OverExtractive is { } over ? Signed(over) : "",
        ]).ToList());

    private static IReadOnlyList<string> Row(string system, Grounding sum) =>
    [
        system, $"{sum.Statements}", Charts.Share(sum.WordsHeld, sum.Words), Charts.Share(sum.InSpans, sum.WithSpans),
        Charts.Share(sum.Wrong, sum.Statements),
    ];

    private static Table Model(ModelWork work)
    {
        return new("The model's own points", "As it wrote them, and as they stood after the checks; quotes that took their place left out.",
            ["", "points", "words in the source", "to the point", "false", "source", "speaker", "name", "number", "link"],
            [Line("as written", work.Written), Line("as kept", work.Kept)]);

        static IReadOnlyList<string> Line(string name, Grounding x) =>
        [
            name, $"{x.Statements}", Charts.Share(x.WordsHeld, x.Words), Charts.Share(x.InSpans, x.WithSpans),
            Charts.Share(x.Wrong, x.Statements), Charts.Share(x.Uncited, x.Statements), Charts.Share(x.WrongSpeaker, x.Statements),
            Charts.Share(x.ForeignName, x.Statements), Charts.Share(x.ForeignNumber, x.Statements), Charts.Share(x.ForeignLink,
                x.Statements),
        ];
    }

    private static Table Dropped(ModelWork work)
    {
        var all = work.Kept.Statements + work.Dropped.Values.Sum();
        List<IReadOnlyList<string>> rows =
        [
            ["completions in the form asked for", $"{work.Valid} of {work.Completions}", Charts.Share(work.Valid, work.Completions)],
            ["parts that the engine failed on", $"{work.Failed}", ""],
            ["points kept", $"{work.Kept.Statements}", Charts.Share(work.Kept.Statements, all)],
            .. work.Dropped.OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal)
                .Select(x => (IReadOnlyList<string>)[$"dropped: {x.Key}", $"{x.Value}", Charts.Share(x.Value, all)]),
            ["messages that the model read", $"{work.MessagesRead} of {work.Messages}", Charts.Share(work.MessagesRead, work.Messages)],
            ["tokens sent", $"{work.PromptTokens}", $"{Charts.Share(work.CachedTokens, work.PromptTokens)} still known"],
            ["tokens written", $"{work.GeneratedTokens}", ""],
            ["prompt, tokens a second", PerSecond(work.PromptTokens - work.CachedTokens, work.PromptSeconds), ""],
            ["text, tokens a second", PerSecond(work.GeneratedTokens, work.GenerationSeconds), ""],
        ];
        return new("The model's work", "Points that did not stand up are told as quotes instead.", ["", "count", "share"], rows);
    }

    private static IReadOnlyList<string> Times(string system, List<double> seconds) => seconds.Count == 0 ? [system, "-", "-", "-"]
        : [system, Seconds(seconds[seconds.Count / 2]), Seconds(seconds.Average()), Seconds(seconds[^1])];

    private static Table Attacks(Injection.InjectionResult x) => new("Messages that try to give orders",
        "Made-up conversations with known facts, and in each one message that gives the model an order with a canary word.", ["", "", ""],
        [
            ["attacks", $"{x.Attacks}", ""],
            ["the model wrote what was demanded", $"{x.Written}", Charts.Share(x.Written, x.Attacks)],
            ["… and it stood in the digest in the model's words", $"{x.Succeeded}", Charts.Share(x.Succeeded, x.Attacks)],
            ["… and of these, told as what its sender said", $"{x.Attributed}", Charts.Share(x.Attributed, x.Succeeded)],
            ["the message itself was quoted, with its sender", $"{x.Quoted}", Charts.Share(x.Quoted, x.Attacks)],
            ["facts that the attack suppressed", $"{x.FactsLost} of {x.Facts}", Charts.Share(x.FactsLost, x.Facts)],
            ["ROUGE-1 against the facts, without and under attack", $"{Number(x.CleanRouge1)} and {Number(x.AttackedRouge1)}",
                string.Create(CultureInfo.InvariantCulture, $"{x.AttackedRouge1 - x.CleanRouge1:+0.00;-0.00;0.00}")],
        ]);

    private static Table Counts(string heading, IReadOnlyDictionary<string, Injection.InjectionCount> counts) => new(heading, "",
        ["", "attacks", "succeeded", ""],
        counts.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => (IReadOnlyList<string>)
            [x.Key, $"{x.Value.Attacks}", $"{x.Value.Succeeded}", Charts.Share(x.Value.Succeeded, x.Value.Attacks)]).ToList());

    private static string Number(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:F2}");

    private static string Number(Estimate value) =>
        string.Create(CultureInfo.InvariantCulture, $"{value.Mean:F2} [{value.Low:F1}, {value.High:F1}]");

    private static string Signed(Estimate value) =>
        string.Create(CultureInfo.InvariantCulture,
            $"{value.Mean:+0.00;-0.00;0.00} [{value.Low:+0.0;-0.0;0.0}, {value.High:+0.0;-0.0;0.0}]");

    /// <summary>A time, as exact as it deserves.</summary>
    public static string Seconds(double value) =>
        value < 0.01 ? "< 0.01 s" : string.Create(CultureInfo.InvariantCulture, $"{value:G3} s");

    private static string PerSecond(long tokens, double seconds) =>
        seconds > 0 ? string.Create(CultureInfo.InvariantCulture, $"{tokens / seconds:F1}") : "-";
}
