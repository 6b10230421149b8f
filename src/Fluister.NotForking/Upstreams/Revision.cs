namespace Fluister.NotForking.Upstreams;

/// <summary>One version of an upstream.</summary>
/// <param name="Version">Its name, if it has one.</param>
/// <param name="Commit">Its commit, in full; null for a download.</param>
/// <param name="Time">When it was committed, where that is known.</param>
/// <param name="Url">Where it comes from.</param>
public sealed record Revision(string? Version, string? Commit, DateTimeOffset? Time, string Url)
{
    /// <summary>The tag that named it, without "refs/tags/"; null where a commit was named.</summary>
    public string? Tag { get; init; }

    /// <summary>The id that the old tool gives: of an annotated tag the tag's own id, of a `version-X` what stands there.</summary>
    public string? Id { get; init; }

    /// <summary>The signature, where `signers` asked for one and it was found good.</summary>
    public TagSignature? Signature { get; init; }
}
