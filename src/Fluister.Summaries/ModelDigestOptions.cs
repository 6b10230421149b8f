using Fluister.Engines;
using Fluister.Summaries.Cache;

namespace Fluister.Summaries;

/// <summary>A point as a model wrote it, and what the checks said.</summary>
/// <param name="Text">What.</param>
/// <param name="Who">Label of whom it is given to; may be nobody.</param>
/// <param name="CitedMessageIds">Ids of the messages; "" for numbers that no message has.</param>
/// <param name="FailedCheck">Null where it was kept.</param>
internal sealed record DraftVerdict(string Text, string Who, IReadOnlyList<string> CitedMessageIds, string? FailedCheck);

/// <summary>How a model is asked for a digest.</summary>
public sealed record ModelDigestOptions
{
    /// <summary>The model.</summary>
    public required Engine Engine { get; init; }

    /// <summary>What is known from earlier digests, and keeps what this one finds; null for none.</summary>
    public DigestCache? Cache { get; init; }

    /// <summary>Two letters of the language to answer in; null for the language of the conversation.</summary>
    public string? Language { get; init; }

    /// <summary>For a temperature above 0.</summary>
    public uint Seed { get; init; }

    /// <summary>0 takes the likeliest token each time.</summary>
    public float Temperature { get; init; }

    /// <summary>Share of a long conversation's words that the model sees; 1 for all. Short parts are seen whole.</summary>
    public double Preselection { get; init; } = 1.0 / 9;

    /// <summary>Longest prompt in tokens; longer ones are cut in two. The engine's context is a limit too.</summary>
    public int MaximumPromptTokens { get; init; } = 3072;

    /// <summary>Most tokens of one answer.</summary>
    public int MaximumAnswerTokens { get; init; } = 1024;

    /// <summary>Told of each point that the model wrote, kept or not: for measuring, never for showing.</summary>
    internal Action<DraftVerdict>? OnVerdict { get; init; }
}
