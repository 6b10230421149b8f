namespace Fluister.NotForking.Rebuild;

/// <summary>The files that a release is built from: a copy without a repository, without ignored files.</summary>
/// <param name="Folder">Where the copy lies.</param>
/// <param name="Commit">The commit, in full.</param>
/// <param name="Tree">The id that git gives to the commit's tree; null where the files are not those of the commit.</param>
/// <param name="Time">When it was committed.</param>
internal sealed record Source(string Folder, string Commit, string? Tree, DateTimeOffset Time)
{
    /// <summary>Whether the files are not those of the commit.</summary>
    public bool IsDirty => Tree is null;

    /// <summary>"VersionPrefix" of Directory.Build.props.</summary>
    public string Version => System.Xml.Linq.XDocument.Load(Path.Combine(Folder, "Directory.Build.props"))
        .Descendants("VersionPrefix").Single().Value;
}
