using Fluister.NotForking.Modifications;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Locks;

/// <summary>Which modification made which line of a result: it watches a tree while it is massaged.</summary>
/// <remarks>What changed a file is remembered, and its texts are compared only for the file that somebody asks about. A renamed file is
/// followed: what comes has the bytes of what went.</remarks>
internal sealed class History
{
    private readonly MassagedTree _tree;
    private readonly Dictionary<string, List<Step>> _steps = new(StringComparer.Ordinal);
    private readonly List<Step> _all = [];
    private readonly List<Step> _pending = [];

    /// <summary>Begins to watch a tree that was not modified yet, and massages it.</summary>
    public History(MassagedTree tree)
    {
        _tree = tree;
        tree.Workspace.Watch = Changed;
        tree.Watch = Named;
        foreach (var modification in tree.Modifications)
        {
            tree.Apply(modification);
            _pending.ForEach(step => step.By = modification.Place);
            _pending.Clear();
        }
    }

    /// <summary>What made each line of a path of the result, null for upstream's lines; and what took lines away.</summary>
    /// <exception cref="NotForkException">The result has no such path, or it is a link.</exception>
    public LineOrigins Explain(string path)
    {
        var place = _tree.ConfigurationFile;
        var entry = _tree.Workspace.Result.FirstOrDefault(entry => entry.Path == path) ?? throw new NotForkException(
            ExitCode.Usage,
            _tree.Workspace.Upstream.Find(path) is null ? $"Neither upstream nor the result has a file \"{path}\"."
                : $"\"{path}\" is not in the result: {_steps[path][^1].By} took it away.", place);
        var origins = Trace(path, _steps.GetValueOrDefault(path)?.Count ?? 0, entry);
        return origins with { Text = Lines(entry) };
    }

    private static TextLines Lines(TreeEntry entry) => new(Workspace.Read(entry, new Place(entry.Path)));

    private void Changed(string path, TreeEntry? before, TreeEntry? after)
    {
        var step = new Step(path, before, after, _all.Count);
        (_steps.TryGetValue(path, out var steps) ? steps : _steps[path] = []).Add(step);
        _all.Add(step);
        _pending.Add(step);
    }

    /// <summary>An edit is told of after the changes that it made.</summary>
    private void Named(Edit edit)
    {
        foreach (var step in _pending)
        {
            step.By = edit.By;
        }

        _pending.Clear();
    }

    private LineOrigins Trace(string path, int count, TreeEntry entry)
    {
        if (count == 0)
        {
            return new LineOrigins(Lines(entry), new Place?[Lines(entry).Count], []);
        }

        var step = _steps[path][count - 1];
        if (step.After is null)
        {
            return new LineOrigins(new TextLines(Array.Empty<byte>()), [], []);
        }

        if (step.Before is null)
        {
            var from = _all.FindLast(other =>
                other.Number != step.Number && other.After is null && other.Before!.Location == step.After.Location);
            return from is null
                ? new LineOrigins(Lines(step.After), [.. Enumerable.Repeat<Place?>(step.By, Lines(step.After).Count)], [])
                : Trace(from.Path, _steps[from.Path].IndexOf(from), from.Before!);
        }

        return step.Before.Location == step.After.Location
            ? Trace(path, count - 1, step.Before) : Trace(path, count - 1, step.Before).After(Lines(step.After), step.By);
    }

    private sealed class Step(string path, TreeEntry? before, TreeEntry? after, int number)
    {
        public string Path => path;

        public TreeEntry? Before => before;

        public TreeEntry? After => after;

        public int Number => number;

        public Place By { get; set; }
    }
}
