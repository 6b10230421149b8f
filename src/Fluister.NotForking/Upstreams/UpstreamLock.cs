using System.Globalization;
using System.Text;
using Fluister.NotForking.Configuration;

namespace Fluister.NotForking.Upstreams;

/// <summary>`not-fork.d/NAME/upstream.lock`: upstream.conf with the commit or URL of every version, in the old tool's words.</summary>
public static class UpstreamLock
{
    private static readonly string[] Kept = ["subtree", "prefix", "srcmirror"];

    /// <summary>Dialect 1 keeps the branch too, which names the cache, and whose tags are taken.</summary>
    private static readonly string[] StrictlyKept = [.. Kept, "branch", "signers"];

    /// <summary>Writes the lock of a recipe; an old one goes only when the new one is whole.</summary>
    public static void Write(Recipe recipe, Selection selection)
    {
        var file = Path.Combine(recipe.Folder, "upstream.lock");
        var temporary = file + ".tmp";
        // What lies there may be a link that came with the recipe.
        CacheEntry.Delete(temporary);
        File.WriteAllText(temporary, Text(selection, recipe.Dialect), new UTF8Encoding(false));
        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>The lock's text.</summary>
    internal static string Text(Selection selection, int dialect = 0)
    {
        var text = new StringBuilder();
        foreach (var (block, upstream, versions) in selection.ByBlock().Where(part => part.Versions.Count > 0))
        {
            text.Append("block\n");
            foreach (var key in (dialect == 0 ? Kept : StrictlyKept).Where(block.Keys.ContainsKey))
            {
                text.Append(CultureInfo.InvariantCulture, $"{key} = {block.Keys[key]}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"vcs = {upstream.Kind}\n");
            foreach (var (version, at) in versions.Select((version, at) => (version, at)))
            {
                var revision = selection.Find(version).Revision;
                if (at == 0 && upstream is not DownloadUpstream)
                {
                    text.Append(CultureInfo.InvariantCulture, $"repository = {revision.Url}\n");
                }

                if (upstream is DownloadUpstream)
                {
                    text.Append(CultureInfo.InvariantCulture, $"source-{version} = {revision.Url}\n");
                    foreach (var digest in Digest.Of(block, version))
                    {
                        text.Append(CultureInfo.InvariantCulture, $"sha{digest.Bits}-{version} = {digest.Text}\n");
                    }

                    continue;
                }

                var (id, time) = upstream.Describe(revision);
                text.Append(CultureInfo.InvariantCulture, $"version-{version} = {id}\ntime-{version} = {time}\n");
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
