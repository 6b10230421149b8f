using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>The files of a chosen version.</summary>
/// <param name="Tree">Those below `subtree`. They lie in the cache, or in a local mirror, until another version is checked out.</param>
/// <param name="Version">`$LUMO_VERSION`.</param>
/// <param name="Commit">`$LUMO_COMMIT_ID`: null for downloads and for what a local mirror holds.</param>
public sealed record Checkout(SourceTree Tree, string? Version, string? Commit);
