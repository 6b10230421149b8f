using System.Text;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>`srcmirror = PATTERN...` with `--local-mirror=FOLDER`: sources that lie on this computer already, as a folder
/// or an archive.</summary>
internal static class LocalMirror
{
    /// <summary>The first file or folder of a mirror that the patterns name, or null.</summary>
    /// <param name="block">`srcmirror`: names with $V (version), $C (commit), $$ and $D (a dollar).</param>
    /// <param name="version">For $V; null: the pattern keeps it.</param>
    /// <param name="commit">For $C; null: the pattern keeps it.</param>
    /// <param name="options">The mirrors.</param>
    public static string? Find(Block block, string? version, string? commit, UpstreamOptions options)
    {
        foreach (var pattern in block.Keys.GetValueOrDefault("srcmirror", "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Filled(pattern, version, commit);
            foreach (var path in options.Mirrors.Select(mirror => Path.GetFullPath(mirror + "/" + name)))
            {
                if (File.Exists(path) || Directory.Exists(path))
                {
                    return path;
                }
            }
        }

        return null;
    }

    /// <summary>All files and links of a folder; links to folders are not followed.</summary>
    public static SourceTree Read(string folder)
    {
        var entries = new List<TreeEntry>();
        var left = new Stack<DirectoryInfo>([new DirectoryInfo(folder)]);
        while (left.TryPop(out var next))
        {
            foreach (var file in next.EnumerateFileSystemInfos())
            {
                var isLink = file.LinkTarget is not null;
                if (!isLink && file is DirectoryInfo below)
                {
                    left.Push(below);
                    continue;
                }

                entries.Add(new TreeEntry(
                    Path.GetRelativePath(folder, file.FullName), isLink ? EntryKind.Link : EntryKind.File,
                    !isLink && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute), file.FullName));
                if (entries.Count > Limits.TreeFiles)
                {
                    throw new NotForkException(ExitCode.Fetch, $"\"{folder}\" has more than {Limits.TreeFiles} files.");
                }
            }
        }

        return entries.Count > 0 ? new SourceTree(entries)
            : throw new NotForkException(ExitCode.Fetch, $"The local mirror's folder \"{folder}\" holds no files.");
    }

    private static string Filled(string pattern, string? version, string? commit)
    {
        var name = new StringBuilder();
        for (var at = 0; at < pattern.Length; at++)
        {
            var value = pattern[at] != '$' || at + 1 == pattern.Length ? null : pattern[at + 1] switch
            {
                'V' => version,
                'C' => commit,
                'D' or '$' => "$",
                _ => null,
            };
            name.Append(value ?? pattern[at].ToString());
            at += value is null ? 0 : 1;
        }

        return name.ToString();
    }
}
