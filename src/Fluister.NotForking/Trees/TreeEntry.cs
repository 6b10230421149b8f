namespace Fluister.NotForking.Trees;

/// <summary>One file or link of a tree.</summary>
/// <param name="Path">Relative, with "/", checked by <see cref="TreePath"/>.</param>
/// <param name="Kind">File or link.</param>
/// <param name="IsExecutable">Whether its owner may execute it; false for a link.</param>
/// <param name="Location">Where its bytes (or the link itself) lie on disk.</param>
public sealed record TreeEntry(string Path, EntryKind Kind, bool IsExecutable, string Location)
{
    private readonly string _location = Location;

    /// <summary>Where its bytes (or the link itself) lie on disk; bytes that are only in memory are written there now.</summary>
    public string Location
    {
        get
        {
            if (Content is not null && !File.Exists(_location))
            {
                File.WriteAllBytes(_location, Content);
            }

            return _location;
        }

        init => _location = value;
    }

    /// <summary>Its bytes, where they are in memory; else null.</summary>
    public byte[]? Content { get; init; }
}
