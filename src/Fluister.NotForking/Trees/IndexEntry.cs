namespace Fluister.NotForking.Trees;

/// <summary>What an output's index says about a path.</summary>
/// <param name="Kind">File or link.</param>
/// <param name="Size">Of the file, or of the link's target, in bytes.</param>
/// <param name="Content">A file's SHA-512 in lower hex, a link's target.</param>
internal readonly record struct IndexEntry(EntryKind Kind, long Size, string Content);
