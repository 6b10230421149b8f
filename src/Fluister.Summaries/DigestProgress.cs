namespace Fluister.Summaries;

/// <summary>How far a model's digest has come.</summary>
public abstract record DigestProgress
{
    private DigestProgress()
    {
    }

    /// <summary>What is to be done; comes first.</summary>
    /// <param name="Segments">Parts of the conversation that have something for the model.</param>
    /// <param name="FromCache">Of these, parts that are known from an earlier digest.</param>
    /// <param name="PromptTokens">Tokens that the others will give to the model.</param>
    /// <param name="Remaining">Time that this will take; null where the engine's speed is not known yet.</param>
    public sealed record Planned(int Segments, int FromCache, long PromptTokens, TimeSpan? Remaining) : DigestProgress;

    /// <summary>A piece of the model's answer as it comes: not checked, and not to be trusted or kept.</summary>
    /// <param name="Segment">Which part, from 0.</param>
    /// <param name="Piece">Whole characters.</param>
    public sealed record Text(int Segment, string Piece) : DigestProgress;

    /// <summary>A point that was checked, or the quote that stands in for it. The digest may leave it out, for its words or as said
    /// already.</summary>
    /// <param name="Segment">Which part, from 0.</param>
    /// <param name="Checked">The point.</param>
    public sealed record Point(int Segment, DigestPoint Checked) : DigestProgress;

    /// <summary>A part is done.</summary>
    /// <param name="Segment">Which part, from 0.</param>
    /// <param name="Remaining">Time that the others will take, from the speed so far; null where it is not known yet.</param>
    public sealed record SegmentDone(int Segment, TimeSpan? Remaining) : DigestProgress;
}
