using Fluister.NotForking;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests;

/// <summary>An upstream in git, and a recipe "thing" for it, in a folder of a test's own.</summary>
internal sealed class UpstreamWorld : IDisposable
{
    /// <summary>Begins with an empty upstream and a recipe that changes nothing.</summary>
    public UpstreamWorld(int dialect = 0)
    {
        Folder.Do("git", "init", "-q", "-b", "main", "upstream");
        Folder.Write("not-fork.d/thing/upstream.conf", $"dialect = {dialect}\nvcs = git\nrepos = {Folder.Path("upstream")}\nversion = v\n"
            .Replace("dialect = 0\n", "", StringComparison.Ordinal));
    }

    /// <summary>The folder: upstream/, not-fork.d/thing/, sources/thing/.</summary>
    public ScratchFolder Folder { get; } = new();

    /// <summary>Writes a file of upstream's.</summary>
    public UpstreamWorld File(string name, string content)
    {
        Folder.Write($"upstream/{name}", content);
        return this;
    }

    /// <summary>Commits upstream as it is and gives it a tag "vVERSION"; an old tag of that name moves.</summary>
    public UpstreamWorld Release(string version)
    {
        Folder.Do("git", "-C", "upstream", "add", "-A");
        Folder.Do("git", "-C", "upstream", "commit", "-q", "--allow-empty", "-m", version);
        Folder.Do("git", "-C", "upstream", "tag", "-f", "-a", "-m", version, $"v{version}");
        return this;
    }

    /// <summary>Writes a file of the recipe's.</summary>
    public UpstreamWorld Recipe(string name, string content)
    {
        Folder.Write($"not-fork.d/thing/{name}", content);
        return this;
    }

    /// <summary>Reads a file of the recipe's.</summary>
    public string ReadRecipe(string name) => System.IO.File.ReadAllText(Folder.Path($"not-fork.d/thing/{name}"));

    /// <summary>A request for the recipe, with the cache that the program takes.</summary>
    public TreeRequest Request(string? version = null) => new(
        Folder.Path("not-fork.d"), "thing",
        new UpstreamOptions(Folder.Path(".cache/LumoSQL/not-fork"), IsOffline: false, IsUpdating: true, Mirrors: []))
    {
        Version = version,
    };

    /// <summary>Runs not-fork and wants an exit code.</summary>
    public (string Output, string Error) Run(ExitCode expected, params string[] arguments)
    {
        var (code, output, error) = Folder.NotFork(arguments);
        Assert.True(
            code == (int)expected, $"not-fork {string.Join(' ', arguments)} ended with {code}, not {(int)expected}: {output}{error}");
        return (output, error);
    }

    /// <inheritdoc/>
    public void Dispose() => Folder.Dispose();
}
