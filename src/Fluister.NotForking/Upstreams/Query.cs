using System.Text;

namespace Fluister.NotForking.Upstreams;

/// <summary>`--query`: what would be taken, in the old tool's words.</summary>
public static class Query
{
    /// <summary>The text about one version.</summary>
    /// <param name="name">NAME.</param>
    /// <param name="selected">The version; of git it may be none (null version): what the branch has.</param>
    public static string Text(string name, Selected selected)
    {
        var (_, upstream, revision) = selected;
        var text = new StringBuilder($"Information for {name}:\nvcs = {upstream.Kind}\n");
        if (upstream is DownloadUpstream)
        {
            return text.Append($"version = {revision.Version}\nsource = {revision.Url}\n\n").ToString();
        }

        text.Append($"url = {revision.Url}\n");
        foreach (var (key, value) in (ReadOnlySpan<(string, string?)>)[
            ("branch", (upstream as GitUpstream)?.ShownBranch(revision)), ("version", revision.Version), ("commit_id", revision.Commit),
            ("commit_timestamp", upstream.Describe(revision).Time is { Length: > 0 } time ? time + " UTC" : null)])
        {
            text.Append(value is null ? "" : $"{key} = {value}\n");
        }

        return text.Append('\n').ToString();
    }
}
