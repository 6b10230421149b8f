using Fluister.Engines;
using Fluister.Summaries.Evaluation.Injection;

namespace Fluister.Summaries.Evaluation;

/// <summary>A mean with the interval that 95 of 100 redrawn samples give (bootstrap, B. Efron, 1979).</summary>
internal readonly record struct Estimate(double Mean, double Low, double High)
{
    private const int Draws = 1000;

    /// <summary>Of these values. The same values give the same interval.</summary>
    public static Estimate Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
        {
            return default;
        }

        var random = new Random(1);
        var means = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            var sum = 0.0;
            for (var i = 0; i < values.Count; i++)
            {
                sum += values[random.Next(values.Count)];
            }

            means[draw] = sum / values.Count;
        }

        Array.Sort(means);
        return new(values.Average(), means[Draws / 40], means[^(Draws / 40)]);
    }
}

/// <summary>Mean F1 of one system over many queries, in hundredths.</summary>
internal sealed record RougeMeans(string System, int Queries, double Words, Estimate Rouge1, Estimate Rouge2, Estimate RougeL,
    Estimate RougeLSum, Estimate? Rouge1OverExtractive);

/// <summary>All results, summed up.</summary>
internal sealed class EvaluationSummary
{
    public EvaluationSummary(EvaluationSettings settings, string dataName, EngineDescription? engine, IReadOnlyList<MeetingResult> meetings)
    {
        (Settings, DataName, Engine, Meetings) = (settings, dataName, engine, meetings);
        var answers = meetings.SelectMany(x => x.Answers).ToList();
        SystemsMeasured = ((string[])[SystemNames.Lead, SystemNames.Extractive, SystemNames.Model])
            .Where(x => answers.Exists(a => a.System == x)).ToList();
        General = Means(isGeneral: true);
        Specific = Means(isGeneral: false);
        Work = answers.Select(x => x.Model).OfType<ModelWork>().Aggregate(new ModelWork(), (a, b) => a + b);
        Groundings = SystemsMeasured.ToDictionary(x => x, x => answers.Where(a => a.System == x)
            .Aggregate(new Grounding(), (sum, a) => sum + a.Grounding), StringComparer.Ordinal);
    }

    public EvaluationSettings Settings { get; }

    public string DataName { get; }

    public EngineDescription? Engine { get; }

    public IReadOnlyList<MeetingResult> Meetings { get; }

    public IReadOnlyList<string> SystemsMeasured { get; }

    public bool HasModel => SystemsMeasured.Contains(SystemNames.Model);

    /// <summary>By system, about whole meetings.</summary>
    public IReadOnlyList<RougeMeans> General { get; }

    /// <summary>By system, questions.</summary>
    public IReadOnlyList<RougeMeans> Specific { get; }

    /// <summary>Of the model.</summary>
    public ModelWork Work { get; }

    /// <summary>By system.</summary>
    public IReadOnlyDictionary<string, Grounding> Groundings { get; }

    /// <summary>Attempts to lead the model astray; null where none were made.</summary>
    public InjectionResult? Injection { get; init; }

    /// <summary>Seconds of each meeting, in order.</summary>
    public List<double> Seconds(string system) =>
        Meetings.Select(x => x.Answers.Where(a => a.System == system).Sum(a => a.Seconds)).ToList();

    private List<RougeMeans> Means(bool isGeneral)
    {
        var extractive = Of(SystemNames.Extractive);
        return SystemsMeasured.Select(system =>
        {
            var answers = Of(system);
            return new RougeMeans(system, answers.Count, answers.Count == 0 ? 0 : answers.Average(x => x.Words),
                In100(x => x.Rouge1), In100(x => x.Rouge2), In100(x => x.RougeL), In100(x => x.RougeLSum),
                system == SystemNames.Extractive ? null
                : Estimate.Of(answers.Select((x, i) => 100 * (x.Rouge1 - extractive[i].Rouge1)).ToList()));

            Estimate In100(Func<AnswerScore, double> value) => Estimate.Of(answers.ConvertAll(x => 100 * value(x)));
        }).ToList();

        List<AnswerScore> Of(string system) =>
            Meetings.SelectMany(x => x.Answers).Where(x => x.System == system && x.IsGeneral == isGeneral).ToList();
    }
}
