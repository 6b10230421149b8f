using System.Globalization;

namespace Fluister.NotForking.Upstreams;

/// <summary>The clone of one git repository in the cache, and the one checkout beside it.</summary>
/// <remarks>The folder is laid out as the old tool's: `main_clone` has no files, `vcs` has those of one commit. Here `vcs` is no clone
/// of its own: it is written from `main_clone` with an index beside it, `vcsindex`, and `vcsdata` says which commit it is.</remarks>
internal sealed class GitRepository(CacheEntry entry, UpstreamOptions options)
{
    /// <summary>No hooks, no programs that a repository or its attributes name, no line ends of this computer.</summary>
    private static readonly string[] Hardening =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.attributesFile=/dev/null", "core.autocrlf=false", "core.eol=lf",
        "core.symlinks=true", "core.fileMode=true", "core.trustctime=true", "core.checkStat=default", "protocol.ext.allow=never",
        "submodule.recurse=false", "fetch.recurseSubmodules=false", "filter.lfs.smudge=", "filter.lfs.process=",
        "filter.lfs.required=false", "gc.auto=0", "maintenance.auto=false", "uploadpack.packObjectsHook=", "init.templateDir=",
    ];

    private static readonly string[] Cleared =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_EXTERNAL_DIFF", "GIT_TEMPLATE_DIR", "GIT_PREFIX",
    ];

    /// <summary>The clone.</summary>
    public string Clone => entry.At("main_clone");

    /// <summary>The folder of the checkout.</summary>
    public string Checkout => entry.At("vcs");

    /// <summary>The checkout's index.</summary>
    public string Index => entry.At("vcsindex");

    /// <summary>The file that names the checkout's commit.</summary>
    public string Mark => entry.At("vcsdata");

    /// <summary>Whether there is a clone.</summary>
    public bool IsCloned => Directory.Exists(Path.Combine(Clone, ".git"));

    /// <summary>Makes the clone. Where this is interrupted, there is none.</summary>
    public void MakeClone(string url, string? branch)
    {
        entry.Sweep();
        CacheEntry.Delete(Clone);
        var temporary = entry.At($"main_clone.{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.tmp");
        string[] from = branch is null ? [] : ["-b", branch];
        // From a folder of this computer nothing is sent that would have to be small: looking for deltas costs most of a first run.
        string[] how = url.StartsWith("file://", StringComparison.Ordinal) || url.StartsWith('/')
            ? ["--upload-pack=git -c pack.window=0 -c pack.compression=1 upload-pack"] : [];
        Run(entry.Folder, null, ["clone", "-q", "--no-checkout", .. how, .. from, "--", url, temporary]).Output();
        Directory.Move(temporary, Clone);
    }

    /// <summary>Brings the clone up to date.</summary>
    /// <returns>The tags that are somewhere else at the upstream than here, where they stay as they were.</returns>
    public IReadOnlyList<string> Fetch()
    {
        // Only in the list that -q suppresses are the tags that were not taken.
        var fetch = In("fetch", "--no-progress", "--tags", "origin");
        var (code, _, error) = fetch.Result();
        var moved = error.Split('\n').Where(line => line.Contains("(would clobber existing tag)", StringComparison.Ordinal))
            .Select(line => line.Split("->")[^1].Split('(')[0].Trim()).ToList();
        var isDone = code == 0 || (moved.Count > 0 && !error.Contains("fatal:", StringComparison.Ordinal));
        return isDone ? moved : throw fetch.Failure(code, error);
    }

    /// <summary>A command on the clone.</summary>
    public ProgramRun In(params IReadOnlyList<string> arguments) => Run(Clone, null, [$"--git-dir={Clone}/.git", .. arguments]);

    /// <summary>A command on the clone, with variables of its own.</summary>
    public ProgramRun With(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> arguments) =>
        Run(Clone, null, [$"--git-dir={Clone}/.git", .. arguments], environment);

    /// <summary>A command on the clone with the checkout as its work tree.</summary>
    public ProgramRun InCheckout(params IReadOnlyList<string> arguments) =>
        Run(Checkout, Index, [$"--git-dir={Clone}/.git", $"--work-tree={Checkout}", .. arguments]);

    private ProgramRun Run(
        string folder, string? index, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? own = null)
    {
        var environment = Cleared.ToDictionary(name => name, _ => (string?)null, StringComparer.Ordinal);
        foreach (var (name, value) in options.Environment.Concat(own ?? new Dictionary<string, string>(StringComparer.Ordinal)))
        {
            environment[name] = value;
        }

        (environment["LC_ALL"], environment["GIT_TERMINAL_PROMPT"], environment["GIT_ATTR_NOSYSTEM"]) = ("C", "0", "1");

        // A commit's id must stand for its own content.
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        if (index is not null)
        {
            // What is checked out depends on nobody's own filters; only fetching needs a person's settings.
            (environment["GIT_CONFIG_GLOBAL"], environment["GIT_CONFIG_NOSYSTEM"]) = ("/dev/null", "1");
            environment["GIT_INDEX_FILE"] = index;
        }

        return new ProgramRun("git", [.. Hardening.SelectMany(setting => new[] { "-c", setting }), .. arguments])
        {
            Folder = folder,
            Environment = environment,
            ErrorLetters = 16 << 20,
        };
    }
}
