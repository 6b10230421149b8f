using System.Globalization;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>A path into a JSON or YAML document: `a.b[0]["k.x"].*`, `list[name=x].y`, `list[]`.</summary>
internal sealed class DocumentPath
{
    private readonly List<PathStep> _steps = [];
    private readonly string _text;

    /// <summary>Takes a path.</summary>
    /// <exception cref="NotForkException">It is malformed (configuration).</exception>
    public DocumentPath(string text, Place place)
    {
        _text = text;
        for (var at = 0; at < text.Length;)
        {
            var step = text[at] == '[' ? Bracket(text, ref at) : Name(text, ref at);
            if (step is null || _steps is [.., { IsEnd: true }])
            {
                throw new NotForkException(
                    ExitCode.Configuration, $"The path \"{text}\" is malformed: it is written as in a.b[0][\"c.d\"].* or list[name=x].y.",
                        place);
            }

            _steps.Add(step);
        }
    }

    /// <summary>The last step; null: the path is empty and is the whole document.</summary>
    public PathStep? Last => _steps.LastOrDefault();

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>All that the path leads to, in the document's order.</summary>
    public List<Target> Select(Node root) => Select(root, _steps.Count);

    /// <summary>What the path without its last step leads to: where something is added.</summary>
    public List<Target> SelectParents(Node root) => Select(root, _steps.Count - 1);

    /// <summary>Where the path ends in a document that lacks its target.</summary>
    public string Gap(Node root)
    {
        for (var count = _steps.Count - 1; count >= 0; count--)
        {
            if (Select(root, count) is [var last, ..])
            {
                var step = _steps[count];
                var names = last.Node.Items.Select(item => item.Key).OfType<string>();
                return $"after {count} of its {_steps.Count} steps there is no " + (
                    step.Index is { } index ? $"element {index} ({last.Node.Items.Count(item => item.Key is null)} elements)" :
                    step.Name is { } name ? $"\"{name}\"{Near.Of(name, names)}" : "element");
            }
        }

        return "the document is empty";
    }

    private List<Target> Select(Node root, int steps)
    {
        List<Target> found = [new Target(null, 0, root)];
        foreach (var step in _steps.Take(steps))
        {
            found = [.. found.SelectMany(target => Enumerable.Range(0, target.Node.Items.Count)
                .Where(index => step.Takes(target.Node, index))
                .Select(index => new Target(target.Node, index, target.Node.Items[index].Value)))];
        }

        return found;
    }

    private PathStep? Name(string text, ref int at)
    {
        at += text[at] == '.' && _steps.Count > 0 ? 1 : 0;
        var end = text.IndexOfAny(['.', '['], at) is >= 0 and var found ? found : text.Length;
        var name = text[at..end];
        at = end;
        return name.Length == 0 ? null : name == "*" ? new PathStep() : new PathStep(name);
    }

    private static PathStep? Bracket(string text, ref int at)
    {
        at++;
        if (at < text.Length && text[at] is '"' or '\'')
        {
            var close = text.IndexOf(text[at] + "]", at + 1, StringComparison.Ordinal);
            var name = close < 0 ? null : text[(at + 1)..close];
            at = close + 2;
            return name is null ? null : new PathStep(name);
        }

        var end = text.IndexOf(']', at);
        var inside = end < 0 ? null : text[at..end];
        at = end + 1;
        return inside switch
        {
            null => null,
            "" => new PathStep(IsEnd: true),
            "*" => new PathStep(),
            _ when inside.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals =>
                new PathStep(inside[..equals], Equal: inside[(equals + 1)..]),
            _ => int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? new PathStep(Index: index) : null,
        };
    }
}
