using Fluister.Engines;

namespace Fluister.Summaries.Evaluation;

/// <summary>What to measure.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Words of an answer about a whole meeting: what people wrote has 109 on average.</summary>
    public const int GeneralWords = 150;

    /// <summary>Words of an answer to a question.</summary>
    public const int SpecificWords = 70;

    /// <summary>Meetings of QMSum, JSON Lines.</summary>
    public required string Data { get; init; }

    /// <summary>Where the report goes, and the results of finished meetings.</summary>
    public required string Folder { get; init; }

    /// <summary>The first so many meetings; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>The first so many queries of each meeting; null for all.</summary>
    public int? Queries { get; init; }

    /// <summary>The model; null measures what quotes.</summary>
    public Engine? Engine { get; init; }

    /// <summary>0 takes the likeliest token always.</summary>
    public float Temperature { get; init; }

    /// <summary>For a temperature above 0.</summary>
    public uint Seed { get; init; }

    /// <summary>Share of words that the model is given.</summary>
    public double? Preselection { get; init; }

    /// <summary>Also try to lead the model astray.</summary>
    public bool Injection { get; init; }

    /// <summary>At most so many attempts; null for all.</summary>
    public int? Attacks { get; init; }

    /// <summary>Forget results with other settings that lie in the folder.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>How far the work is.</summary>
/// <param name="Done">Steps.</param>
/// <param name="Total">Of so many.</param>
/// <param name="What">What a step is: "meetings" or "attacks".</param>
public sealed record EvaluationProgress(int Done, int Total, string What);
