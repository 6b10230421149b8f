using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Upstreams;

/// <summary>`vcs = git`.</summary>
internal sealed class GitUpstream(Block block, UpstreamOptions options) : Upstream
{
    private readonly string _url = block.Keys["repos"];
    private readonly string _prefix = block.Keys.GetValueOrDefault("version", "");

    /// <inheritdoc/>
    public override string CacheIndex => _url;

    private string Folder => Path.Combine(
        options.Cache, Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(CacheIndex))).Substring(42, 32));

    private string Repository => Path.Combine(Folder, "main_clone");

    /// <inheritdoc/>
    public override void Update()
    {
        if (!Directory.Exists(Repository))
        {
            Directory.CreateDirectory(Folder);
            Git(Folder, "clone", "-q", "--no-checkout", _url, Repository);
        }
        else if (options is { IsUpdating: true, IsOffline: false })
        {
            Git(Repository, "fetch", "-q");
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Versions() =>
        [.. Git(Repository, "tag").Split('\n').Where(tag => tag.StartsWith(_prefix, StringComparison.Ordinal) && tag.Length > _prefix.Length)
            .Select(tag => tag[_prefix.Length..])];

    /// <inheritdoc/>
    public override Revision? Find(string version) => FindCommit(_prefix + version) is { } found ? found with { Version = version } : null;

    /// <inheritdoc/>
    public override Revision? FindCommit(string commit) =>
        new(null, Git(Repository, "rev-parse", "--verify", $"{commit}^{{commit}}").Trim(), null, _url);

    /// <inheritdoc/>
    public override SourceTree CheckOut(Revision revision)
    {
        var tree = Path.Combine(Folder, "vcs");
        if (Directory.Exists(tree))
        {
            Directory.Delete(tree, recursive: true);
        }

        Git(Folder, "clone", "-q", "--no-checkout", Repository, tree);
        Git(tree, "checkout", "-q", revision.Commit!);
        return new SourceTree(Git(tree, "ls-files", "-z").Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Select(path => new FileInfo(Path.Combine(tree, path))).Where(file => file.LinkTarget is not null || file.Exists)
            .Select(file => new TreeEntry(
                Path.GetRelativePath(tree, file.FullName),
                file.LinkTarget is null ? EntryKind.File : EntryKind.Link,
                file.LinkTarget is null && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute),
                file.FullName)));
    }

    private static string Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false };
        using var git = Process.Start(start)!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new NotForkException(ExitCode.Fetch, $"`git {arguments[0]}` failed.");
    }
}
