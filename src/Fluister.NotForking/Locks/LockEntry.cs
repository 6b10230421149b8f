using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Fluister.NotForking.Trees;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForking.Locks;

/// <summary>Makes what a lock says about one version.</summary>
internal static class LockEntry
{
    /// <summary>What goes in: all but the result.</summary>
    public static JsonObject Inputs(MassagedTree tree, TreeHash hash)
    {
        var recipe = tree.Recipe;
        var files = new SortedDictionary<string, string?>(Utf8Order.Instance);
        foreach (var place in tree.Modifications.Select(modification => modification.Place).Append(tree.ConfigurationFile))
        {
            files[Path.GetRelativePath(recipe.Folder, place.File)] = TreeHash.OfFile(place.File);
        }

        var entry = new JsonObject
        {
            ["dialect"] = recipe.Dialect,
            ["upstream"] = Upstream(tree),
            ["recipe"] = Object(files),
            ["payload"] = Object(Payload(recipe.Folder)),
        };
        if (tree.ParametersHash is { } parameters)
        {
            entry["parameters"] = parameters;
        }

        entry["upstreamTree"] = hash.Of(tree.Workspace.Upstream.Entries);
        return entry;
    }

    /// <summary>What goes in and what comes out, after all modifications.</summary>
    public static JsonObject Whole(MassagedTree tree, TreeHash hash)
    {
        var entry = Inputs(tree, hash);
        var changes = new SortedDictionary<string, string?>(Utf8Order.Instance);
        var result = new HashSet<string>(StringComparer.Ordinal);
        foreach (var after in tree.Workspace.Result)
        {
            result.Add(after.Path);
            var before = tree.Workspace.Upstream.Find(after.Path);
            if (before != after && (before is null || hash.Content(before) != hash.Content(after)))
            {
                changes[after.Path] = hash.Content(after);
            }
        }

        foreach (var gone in tree.Workspace.Upstream.Entries.Where(entry => !result.Contains(entry.Path)))
        {
            changes[gone.Path] = null;
        }

        entry["changes"] = Object(changes);
        entry["tree"] = hash.Of(tree.Workspace.Result);
        return entry;
    }

    /// <summary>The name of a version in a lock: of one without a name its commit.</summary>
    public static string Key(MassagedTree tree) => tree.Revision.Version ?? tree.Revision.Commit!;

    private static JsonObject Upstream(MassagedTree tree)
    {
        var revision = tree.Revision;
        var upstream = new JsonObject { ["kind"] = tree.Upstream.Kind, ["url"] = revision.Url };
        if (revision.Commit is { } commit)
        {
            upstream["commit"] = commit;
        }

        if (revision is { Tag: { } tag, Id: { } id })
        {
            var named = new JsonObject { ["name"] = tag, ["object"] = id };
            if (revision.Signature is { } signature)
            {
                (named["signature"], named["signer"]) = (signature.Format, signature.Signer);
            }

            upstream["tag"] = named;
        }

        if (tree.Upstream is DownloadUpstream download && revision.Version is { } version)
        {
            using var archive = download.Open(version);
            upstream["archive"] = Convert.ToHexStringLower(SHA256.HashData(archive));
        }

        return upstream;
    }

    /// <summary>All files beside the modifications that they may read: not upstream.conf, locks, and names that begin with a dot.</summary>
    private static SortedDictionary<string, string?> Payload(string folder)
    {
        var files = new SortedDictionary<string, string?>(Utf8Order.Instance);
        // No modification reads a link or what lies behind one: it could be all of the computer, or a device without an end.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (var path in Directory.EnumerateFiles(folder, "*", options))
        {
            var name = Path.GetRelativePath(folder, path);
            var isTop = !name.Contains('/', StringComparison.Ordinal);
            var isOurs = name is "upstream.conf" or "upstream.lock" or LockFile.FileName or LockFile.FileName + ".new" ||
                name.EndsWith(".mod", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".mod.new", StringComparison.OrdinalIgnoreCase);
            if (!(isTop && isOurs) && !name.Split('/').Any(part => part.StartsWith('.')))
            {
                files[name] = TreeHash.OfFile(path);
            }
        }

        return files;
    }

    private static JsonObject Object(IEnumerable<KeyValuePair<string, string?>> members) =>
        new(members.Select(member => KeyValuePair.Create(member.Key, (JsonNode?)member.Value)));
}
