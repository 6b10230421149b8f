using System.Text;
using Fluister.NotForking;
using Fluister.NotForking.Configuration;
using Fluister.NotForking.Modifications;
using Fluister.NotForking.Trees;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>A recipe of dialect 1 and upstream's files, applied without any upstream.</summary>
internal sealed class StrictRecipe : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly List<string> _paths = [];
    private int _modifications;

    /// <summary>Begins with one modification file.</summary>
    public StrictRecipe(string method, string body)
    {
        _folder.Write("not-fork.d/x/upstream.conf", "dialect = 1\nvcs = git\nrepos = x\n");
        And(method, body);
    }

    /// <summary>The values of the network descriptor.</summary>
    public string? Network { get; init; }

    /// <summary>The edits that were made.</summary>
    public List<Edit> Edits { get; } = [];

    /// <summary>Adds a modification file; a header may have more keys, a line each.</summary>
    public StrictRecipe And(string method, string body)
    {
        _folder.Write($"not-fork.d/x/{++_modifications}.mod", $"method = {method}\n---\n{body}");
        return this;
    }

    /// <summary>Adds a file beside the modifications.</summary>
    public StrictRecipe Payload(string path, string content)
    {
        _folder.Write("not-fork.d/x/" + path, content);
        return this;
    }

    /// <summary>Adds a file of upstream's.</summary>
    public StrictRecipe On(string path, string content) => On(path, Encoding.UTF8.GetBytes(content));

    /// <summary>Adds a file of upstream's.</summary>
    public StrictRecipe On(string path, ReadOnlySpan<byte> content)
    {
        _folder.Write("upstream/" + path, content);
        _paths.Add(path);
        return this;
    }

    /// <summary>Adds a symbolic link of upstream's.</summary>
    public StrictRecipe Link(string path, string target)
    {
        File.CreateSymbolicLink(_folder.Path("upstream/" + path), target);
        _paths.Add(path);
        return this;
    }

    /// <summary>The result, bytes as Latin-1 by path.</summary>
    public Dictionary<string, string> Result()
    {
        var tree = new Workspace(
            new SourceTree(_paths.Select(path => new FileInfo(_folder.Path("upstream/" + path))).Zip(_paths, (file, path) => new TreeEntry(
                path, file.LinkTarget is null ? EntryKind.File : EntryKind.Link, IsExecutable: false, file.FullName))),
            Directory.CreateDirectory(_folder.Path("changed")).FullName,
            isStrict: true);
        var parameters = Network is null ? Parameters.None
            : Parameters.Parse(Encoding.UTF8.GetBytes(Network), new Place(_folder.Path("network.json")));
        var run = new ModificationRun("1.2", "c0ffee", parameters) { Watch = Edits.Add };
        foreach (var modification in Methods.ReadAll(RecipeReader.Read(_folder.Path("not-fork.d"), "x", new RecipeRequest("1.2"))))
        {
            modification.Apply(tree, run);
        }

        return tree.Result.ToDictionary(entry => entry.Path, entry => entry.Kind == EntryKind.Link ? "link"
            : Encoding.Latin1.GetString(File.ReadAllBytes(entry.Location)));
    }

    /// <summary>The refusal: its code and line without the folder.</summary>
    public (ExitCode Code, string Line) Refusal()
    {
        var refusal = Assert.Throws<NotForkException>(() => Result());
        return (refusal.Code, refusal.Line.Replace(_folder.Path("not-fork.d/x/"), "", StringComparison.Ordinal));
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
