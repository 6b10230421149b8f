namespace Fluister.NotForking.Trees;

/// <summary>One file or link of a tree.</summary>
/// <param name="Path">Relative, with "/", checked by <see cref="TreePath"/>.</param>
/// <param name="Kind">File or link.</param>
/// <param name="IsExecutable">Whether its owner may execute it; false for a link.</param>
/// <param name="Location">Where its bytes (or the link itself) lie on disk.</param>
public sealed record TreeEntry(string Path, EntryKind Kind, bool IsExecutable, string Location);
