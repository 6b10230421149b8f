using System.Diagnostics;
using Fluister.NotForking;
using Fluister.NotForking.Modifications;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Recipes;

/// <summary>One of our recipes, with its upstream somewhere on this disk.</summary>
internal sealed class RecipeUpstream : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly string _name;

    /// <summary>The recipe, made to read another repository.</summary>
    /// <param name="name">Which recipe.</param>
    /// <param name="repository">A folder with a git repository.</param>
    public RecipeUpstream(string name, string? repository = null)
    {
        (_name, Repository) = (name, repository ?? _folder.Path("upstream"));
        var recipe = Path.Combine(Recipes, "not-fork.d", name);
        foreach (var file in Directory.GetFiles(recipe, "*", SearchOption.AllDirectories))
        {
            _folder.Write($"not-fork.d/{name}/{Path.GetRelativePath(recipe, file)}", File.ReadAllBytes(file));
        }

        var conf = $"not-fork.d/{name}/upstream.conf";
        _folder.Write(conf, string.Concat(File.ReadLines(_folder.Path(conf)).Select(line =>
            (line.StartsWith("repos ", StringComparison.Ordinal) ? $"repos = {Repository}" : line) + "\n")));
    }

    /// <summary>Where its upstream is.</summary>
    public string Repository { get; }

    /// <summary>The folder "recipes" of this repository.</summary>
    public static string Recipes { get; } = Path.Combine(Above(AppContext.BaseDirectory), "recipes");

    /// <summary>The example of a network descriptor.</summary>
    public static string Example { get; } = Path.Combine(Recipes, "network.example.json");

    /// <summary>Makes a repository of files that have the shapes of upstream's, tagged with a version.</summary>
    /// <param name="version">The tag.</param>
    /// <param name="plant">What stands in the place of "@PLANT".</param>
    public void Make(string version, string plant = "")
    {
        foreach (var file in Shapes(_name))
        {
            _folder.Write("upstream/" + file.Path, file.Text.Replace("@PLANT", plant, StringComparison.Ordinal));
        }

        _folder.Run("git", "-C", Repository, "init", "-q");
        _folder.Run("git", "-C", Repository, "add", "-A", "-f");
        _folder.Run("git", "-C", Repository, "commit", "-q", "-m", "upstream");
        _folder.Run("git", "-C", Repository, "tag", version);
    }

    /// <summary>Runs the recipe.</summary>
    /// <param name="network">The network descriptor's file.</param>
    /// <param name="version">The version; the latest by default.</param>
    public MassagedTree Build(string network, string? version = null) => MassagedTree.Build(Request(version) with
    {
        Parameters = Parameters.Read(network),
    });

    /// <summary>The versions that the recipe is for, oldest first.</summary>
    public IReadOnlyList<string> Versions()
    {
        var (_, selection) = MassagedTree.Open(Request(null));
        using (selection)
        {
            return selection.Versions;
        }
    }

    /// <summary>Writes a file beside upstream, such as a network descriptor.</summary>
    /// <returns>Where it is.</returns>
    public string Write(string name, string text)
    {
        _folder.Write(name, text);
        return _folder.Path(name);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private TreeRequest Request(string? version) => new(
        _folder.Path("not-fork.d"), _name, new UpstreamOptions(_folder.Path("cache"), IsOffline: false, IsUpdating: false, Mirrors: []))
    {
        Version = version,
    };

    private static IEnumerable<(string Path, string Text)> Shapes(string name) =>
        File.ReadAllText(Path.Combine(Above(AppContext.BaseDirectory), "test", "Fluister.NotForkingTests", "Recipes", name + ".txt"))
            .Split("== ", StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('\n', 2)).Select(part => (part[0], part[1]));

    private static string Above(string folder) =>
        File.Exists(Path.Combine(folder, "Fluister.slnx")) ? folder : Above(Path.GetDirectoryName(folder) ??
            throw new UnreachableException("The tests run outside of the repository."));
}
