using System.Text;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Trees;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>A recipe of one name, "p", with a cache of its own, in a scratch folder.</summary>
internal sealed class UpstreamCase : IDisposable
{
    private readonly ScratchFolder _scratch = new();
    private readonly List<string> _warnings = [];

    public UpstreamCase() => Options = new UpstreamOptions(Path("cache"), IsOffline: false, IsUpdating: true, Mirrors: [])
    {
        Warn = _warnings.Add,
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GIT_CONFIG_GLOBAL"] = "/dev/null",
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["HOME"] = Root,
        },
    };

    public UpstreamOptions Options { get; set; }

    public IReadOnlyList<string> Warnings => _warnings;

    public string Root => _scratch.Root;

    /// <summary>The only entry of the cache.</summary>
    public string Entry => Directory.GetDirectories(Path("cache")).Single();

    public string Path(string name) => _scratch.Path(name);

    public void Write(string name, string content) => _scratch.Write(name, content);

    public void Run(string program, params string[] arguments) => _scratch.Run(program, arguments);

    /// <summary>Runs git on the upstream repository "up".</summary>
    public void Git(params string[] arguments) => Run("git", ["-C", "up", "-c", "core.autocrlf=false", .. arguments]);

    /// <summary>Commits the files of "up", and tags the commit.</summary>
    public void Commit(params string[] tags)
    {
        if (!Directory.Exists(Path("up/.git")))
        {
            Run("git", "init", "-q", "-b", "trunk", "up");
        }

        Git("add", "-A");
        Git("commit", "-q", "--allow-empty", "-m", "a commit");
        foreach (var tag in tags)
        {
            Git("tag", tag);
        }
    }

    /// <summary>Commits one file of "up" and tags the commit.</summary>
    public void CommitFile(string name, string content, params string[] tags)
    {
        Write("up/" + name, content);
        Commit(tags);
    }

    /// <summary>What git says of the upstream repository.</summary>
    public string Ask(params string[] arguments) => Said("git", ["-C", Path("up"), .. arguments]);

    /// <summary>What a program says.</summary>
    public string Said(string program, params string[] arguments) =>
        new ProgramRun(program, arguments) { Folder = Root }.Text().TrimEnd('\n');

    /// <summary>The recipe with these lines in upstream.conf.</summary>
    public Recipe Recipe(params string[] lines)
    {
        Write("nf/p/upstream.conf", string.Join('\n', lines) + "\n");
        return RecipeReader.Read(Path("nf"), "p", new RecipeRequest());
    }

    /// <summary>The versions of such a recipe.</summary>
    public Selection Open(params string[] lines) => new(Recipe(lines), Options);

    /// <summary>The versions of the repository "up", by git.</summary>
    public Selection OpenGit(params string[] lines) => Open(["vcs = git", $"repos = {Path("up")}", .. lines]);

    /// <summary>A tree as text: "PATH MODE CONTENT" lines.</summary>
    public static string Text(SourceTree tree)
    {
        var text = new StringBuilder();
        foreach (var entry in tree.Entries)
        {
            var isLink = entry.Kind == EntryKind.Link;
            text.Append($"{entry.Path} {(isLink ? "->" : entry.IsExecutable ? "x" : "-")} ");
            text.AppendLine(isLink ? new FileInfo(entry.Location).LinkTarget
                : File.ReadAllText(entry.Location).Replace("\n", "\\n").Replace("\r", "\\r"));
        }

        return text.ToString();
    }

    /// <summary>The tree of a version of these upstreams, as text.</summary>
    public static string Tree(Selection selection, string? version = null, string? commit = null)
    {
        using (selection)
        {
            return Text(selection.CheckOut(selection.Choose(version, commit)).Tree);
        }
    }

    /// <summary>The error that something ends with.</summary>
    public static NotForking.NotForkException Refused(Action action) => Assert.Throws<NotForking.NotForkException>(action);

    public void Dispose() => _scratch.Dispose();
}
