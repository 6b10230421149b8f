namespace Fluister.Summaries.Evaluation;

/// <summary>One answer, scored. ROUGE as F1, 0 to 1.</summary>
/// <param name="System">See <see cref="SystemNames"/>.</param>
/// <param name="Query">Its number in the meeting.</param>
/// <param name="IsGeneral">About the whole meeting.</param>
/// <param name="Words">Its length.</param>
/// <param name="Rouge1">Words.</param>
/// <param name="Rouge2">Pairs of words.</param>
/// <param name="RougeL">Longest common subsequence.</param>
/// <param name="RougeLSum">The same by sentences.</param>
/// <param name="Grounding">Of all its statements.</param>
/// <param name="Seconds">Time it took.</param>
internal sealed record AnswerScore(string System, int Query, bool IsGeneral, int Words, double Rouge1, double Rouge2, double RougeL,
    double RougeLSum, Grounding Grounding, double Seconds)
{
    /// <summary>Only a model's: what it did.</summary>
    public ModelWork? Model { get; init; }

    /// <summary>What was scored.</summary>
    public string Text { get; init; } = "";
}

/// <summary>What a model did for one answer, before and after the checks.</summary>
internal sealed record ModelWork
{
    /// <summary>Of all statements as the model wrote them.</summary>
    public Grounding Written { get; init; } = new();

    /// <summary>Of those in its own words that stood up to the checks.</summary>
    public Grounding Kept { get; init; } = new();

    /// <summary>Points that did not stand up, by the first check that failed.</summary>
    public IReadOnlyDictionary<string, int> Dropped { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Completions, and of these those in the form that was asked for.</summary>
    public int Completions { get; init; }

    /// <summary>See <see cref="Completions"/>.</summary>
    public int Valid { get; init; }

    /// <summary>Parts that the engine failed on.</summary>
    public int Failed { get; init; }

    /// <summary>Tokens given to the model, and of these those it still had worked out.</summary>
    public long PromptTokens { get; init; }

    /// <summary>See <see cref="PromptTokens"/>.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Tokens that it wrote.</summary>
    public long GeneratedTokens { get; init; }

    /// <summary>Time for prompts.</summary>
    public double PromptSeconds { get; init; }

    /// <summary>Time for text.</summary>
    public double GenerationSeconds { get; init; }

    /// <summary>Messages of the meeting, and of these those that the model saw something of.</summary>
    public int Messages { get; init; }

    /// <summary>See <see cref="Messages"/>.</summary>
    public int MessagesRead { get; init; }

    /// <summary>Sums.</summary>
    public static ModelWork operator +(ModelWork a, ModelWork b) => new()
    {
        Written = a.Written + b.Written,
        Kept = a.Kept + b.Kept,
        Dropped = a.Dropped.Concat(b.Dropped).GroupBy(x => x.Key, StringComparer.Ordinal)
            .ToDictionary(x => x.Key, x => x.Sum(y => y.Value), StringComparer.Ordinal),
        Completions = a.Completions + b.Completions,
        Valid = a.Valid + b.Valid,
        Failed = a.Failed + b.Failed,
        PromptTokens = a.PromptTokens + b.PromptTokens,
        CachedTokens = a.CachedTokens + b.CachedTokens,
        GeneratedTokens = a.GeneratedTokens + b.GeneratedTokens,
        PromptSeconds = a.PromptSeconds + b.PromptSeconds,
        GenerationSeconds = a.GenerationSeconds + b.GenerationSeconds,
        Messages = a.Messages + b.Messages,
        MessagesRead = a.MessagesRead + b.MessagesRead,
    };
}

/// <summary>All answers about one meeting: one line of the file of results.</summary>
internal sealed record MeetingResult(int Meeting, IReadOnlyList<AnswerScore> Answers);

/// <summary>What decides about the results: the first line of the file of results. Other settings, other results.</summary>
internal sealed record EvaluationSettings
{
    /// <summary>Version of measuring.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Hash of the data.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>Null for all.</summary>
    public int? Queries { get; init; }

    /// <summary>Null where no model is measured.</summary>
    public string? Engine { get; init; }

    /// <summary>Of the library or program.</summary>
    public string? EngineVersion { get; init; }

    /// <summary>By name.</summary>
    public string? Model { get; init; }

    /// <summary>By hash, where known.</summary>
    public string? ModelSha256 { get; init; }

    /// <summary>Name and version of prompts.</summary>
    public string? PromptVersion { get; init; }

    /// <summary>See <see cref="EvaluationOptions.Temperature"/>.</summary>
    public float Temperature { get; init; }

    /// <summary>See <see cref="EvaluationOptions.Seed"/>.</summary>
    public uint Seed { get; init; }

    /// <summary>See <see cref="EvaluationOptions.Preselection"/>.</summary>
    public double? Preselection { get; init; }
}

/// <summary>What is compared.</summary>
internal static class SystemNames
{
    /// <summary>The first sentences.</summary>
    public const string Lead = "LEAD";

    /// <summary>The engine that quotes.</summary>
    public const string Extractive = "extractive";

    /// <summary>A person's own.</summary>
    public const string Model = "model";
}
