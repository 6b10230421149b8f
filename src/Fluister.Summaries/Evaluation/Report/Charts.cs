using System.Globalization;

namespace Fluister.Summaries.Evaluation.Report;

/// <summary>The pictures of a report.</summary>
internal static class Charts
{
    /// <summary>Those that there is something to show in.</summary>
    public static List<BarChart> Of(EvaluationSummary summary)
    {
        var charts = new List<BarChart>();
        AddRouge(charts, "rouge-meetings", "Summaries of whole meetings", summary.General);
        AddRouge(charts, "rouge-questions", "Answers to questions", summary.Specific);
        charts.Add(Sources(summary));
        if (summary.HasModel)
        {
            charts.Add(Errors(summary.Work));
            charts.Add(Points(summary.Work));
            charts.Add(Speed(summary.Work));
        }

        charts.Add(Times(summary));
        if (summary.Injection is { } injection)
        {
            charts.Add(Attacks(injection));
        }

        return charts;
    }

    /// <summary>A part as hundredths, or nothing where there is no whole.</summary>
    public static string Share(double part, double whole) =>
        whole > 0 ? string.Create(CultureInfo.InvariantCulture, $"{100 * part / whole:F1} %") : "-";

    private static void AddRouge(List<BarChart> charts, string name, string title, IReadOnlyList<RougeMeans> means)
    {
        if (means.Count == 0 || means[0].Queries == 0)
        {
            return;
        }

        BarGroup Group(string label, Func<RougeMeans, Estimate> value) => new(label, means.Select(x => (Bar?)new Bar(value(x).Mean,
            string.Create(CultureInfo.InvariantCulture, $"{value(x).Mean:F1}"), value(x).Low, value(x).High)).ToList());
        charts.Add(new(name, title,
            $"Mean F1 in hundredths over {means[0].Queries} {(means[0].Queries == 1 ? "query" : "queries")}, with 95 % intervals; "
                + "longer bars share more words with people's",
            means.Select(x => x.System).ToList(),
            [Group("ROUGE-1", x => x.Rouge1), Group("ROUGE-2", x => x.Rouge2), Group("ROUGE-L", x => x.RougeL),
                Group("ROUGE-Lsum", x => x.RougeLSum)]));
    }

    private static BarChart Sources(EvaluationSummary summary)
    {
        var all = summary.SystemsMeasured.Select(x => summary.Groundings[x]).ToList();
        Bar Of(int part, int whole) => new(whole > 0 ? 100.0 * part / whole : 0, Share(part, whole));
        return new("sources", "What statements rest on", "Hundredths of content words, and of statements; quotes hold their own words",
            summary.SystemsMeasured,
            [
                new("words in the source", all.ConvertAll(x => (Bar?)Of(x.WordsHeld, x.Words))),
                new("source is to the point", all.ConvertAll(x => (Bar?)Of(x.InSpans, x.WithSpans))),
            ])
        {
            Maximum = 100,
        };
    }

    private static BarChart Errors(ModelWork work)
    {
        BarGroup Group(string label, Func<Grounding, int> count) => new(label, new[] { work.Written, work.Kept }.Select(x =>
            (Bar?)new Bar(x.Statements > 0 ? 100.0 * count(x) / x.Statements : 0,
                $"{Share(count(x), x.Statements)} ({count(x)})")).ToList());
        return new("errors", "False attributions, before and after the checks", "Hundredths of the model's own points (and how many)",
            ["as written", "as kept"],
            [Group("any of these", x => x.Wrong), Group("source", x => x.Uncited), Group("speaker", x => x.WrongSpeaker),
                Group("name", x => x.ForeignName), Group("number", x => x.ForeignNumber), Group("link", x => x.ForeignLink)]);
    }

    private static BarChart Points(ModelWork work) => new("points", "What became of the model's points",
        "Kept, and dropped by the first check that failed", ["points"],
        [
            new("kept", [new(work.Kept.Statements, $"{work.Kept.Statements}")]),
            .. work.Dropped.OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal).Take(12)
                .Select(x => new BarGroup(x.Key, [new(x.Value, $"{x.Value}")])),
        ]);

    private static BarChart Speed(ModelWork work) => new("speed", "Speed of the model", "Tokens a second", ["tokens"],
        [
            new("prompt", [PerSecond(work.PromptTokens - work.CachedTokens, work.PromptSeconds)]),
            new("text", [PerSecond(work.GeneratedTokens, work.GenerationSeconds)]),
        ]);

    private static Bar PerSecond(long tokens, double seconds) => seconds > 0
        ? new(tokens / seconds, string.Create(CultureInfo.InvariantCulture, $"{tokens / seconds:F1}")) : new(0, "-");

    private static BarChart Times(EvaluationSummary summary) => new("seconds", "Seconds a meeting, all its queries together",
        "Median over meetings, and from the fastest to the slowest tenth", ["seconds"],
        summary.SystemsMeasured.Select(x =>
        {
            var seconds = summary.Seconds(x).Order().ToList();
            var median = seconds.Count == 0 ? 0 : seconds[seconds.Count / 2];
            return new BarGroup(x, [new(median, Tables.Seconds(median),
                seconds.Count == 0 ? 0 : seconds[seconds.Count / 10], seconds.Count == 0 ? 0 : seconds[^(1 + (seconds.Count / 10))])]);
        }).ToList());

    private static BarChart Attacks(Injection.InjectionResult result)
    {
        return new("attacks", "Messages that try to give orders",
            "Hundredths of attacks after which the digest itself said what they demanded, by kind", ["attacks"],
            [
                new("all", [Rate(result.Succeeded, result.Attacks)]),
                .. result.Kinds.OrderBy(x => x.Key, StringComparer.Ordinal)
                    .Select(x => new BarGroup(x.Key, [Rate(x.Value.Succeeded, x.Value.Attacks)])),
            ])
        {
            Maximum = 100,
        };
    }

    private static Bar Rate(int part, int whole) => new(whole > 0 ? 100.0 * part / whole : 0, $"{Share(part, whole)} ({part} of {whole})");
}
