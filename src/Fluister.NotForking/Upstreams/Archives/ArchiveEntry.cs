namespace Fluister.NotForking.Upstreams.Archives;

/// <summary>One entry of an archive that was unpacked.</summary>
/// <param name="Mode">100644, 100755, 120000 or (a folder) 40000, as in a tree.</param>
/// <param name="Hash">SHA-256 of a file's bytes or a link's target, in hex; empty for a folder.</param>
/// <param name="Name">As it stands in the archive, with "./" and the like: `prefix` counts that.</param>
internal sealed record ArchiveEntry(string Mode, string Hash, string Name)
{
    /// <summary>The mode of a folder.</summary>
    public const string Folder = "40000";

    /// <summary>The mode of a link.</summary>
    public const string Link = "120000";

    /// <summary>The mode of a file that may be executed.</summary>
    public const string Program = "100755";

    /// <summary>The mode of any other file.</summary>
    public const string File = "100644";

    /// <summary>A name without "." and empty parts: where the entry lies in the folder that it was unpacked to.</summary>
    public static string Plain(string name) => string.Join('/', name.Split('/').Where(part => part is not ("" or ".")));
}
