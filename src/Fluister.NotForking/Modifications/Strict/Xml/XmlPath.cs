using System.Globalization;
using System.Text.RegularExpressions;

namespace Fluister.NotForking.Modifications.Strict.Xml;

/// <summary>A path of local names from the root element: `a/b[@x=y]/c[d=text]/*[0]/@attribute`; `**` is any number of elements.</summary>
/// <remarks>Predicates: `[N]` the Nth that the others choose, from 0; `[@a=v]` an attribute; `[b=v]` a child's text; `[.=v]` its own
/// text; `[-b=v]` the element right before it, as a key in a property list.</remarks>
internal sealed partial class XmlPath
{
    private readonly List<(string Name, List<(string Name, string Value)> Conditions, int? Index)> _steps = [];
    private readonly string _text;

    /// <summary>Takes a path.</summary>
    /// <exception cref="NotForkException">It is malformed (configuration).</exception>
    public XmlPath(string text, Place place)
    {
        _text = text;
        var at = text.StartsWith('/') ? 1 : 0;
        while (at < text.Length)
        {
            var step = Step().Match(text, at);
            if (!step.Success || Attribute is not null)
            {
                throw new NotForkException(
                    ExitCode.Configuration, $"The path \"{text}\" is malformed: it is written as in a/b[@name=x]/c[0]/@attribute.", place);
            }

            at += step.Length;
            if (step.Groups["attribute"].Success)
            {
                Attribute = step.Groups["attribute"].Value;
                continue;
            }

            var index = step.Groups["index"] is { Success: true } number
                ? int.Parse(number.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : (int?)null;
            var values = step.Groups["value"].Captures;
            _steps.Add((step.Groups["name"].Value, [.. step.Groups["key"].Captures.Select((key, i) =>
                (key.Value, Unquote(values[i].Value)))], index));
        }

        if (_steps.Count == 0)
        {
            throw new NotForkException(ExitCode.Configuration, "The path names no element.", place);
        }
    }

    /// <summary>The attribute at its end; null: it ends with an element.</summary>
    public string? Attribute { get; }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <summary>The elements that it leads to, in the document's order.</summary>
    public List<Element> Select(Element root) => Select(root, _steps.Count);

    /// <summary>Where it ends in a document that lacks its target.</summary>
    public string Gap(Element root)
    {
        for (var count = _steps.Count; count > 0; count--)
        {
            if (Select(root, count) is [var found, ..])
            {
                var isWhole = count == _steps.Count;
                var missing = isWhole ? Attribute ?? "" : _steps[count].Name;
                var names = isWhole ? found.Attributes.Select(attribute => attribute.Name) : found.Children.Select(child => child.Name);
                return $"<{found.Name}> has no {(isWhole ? "attribute" : "such")} \"{missing}\"" +
                    Near.Of(missing, names.Where(name => name != missing));
            }
        }

        return $"the root is <{root.Name}>";
    }

    private List<Element> Select(Element root, int count)
    {
        // The root is the only child of the document.
        var found = new List<Element> { new("", 0, 0, 0, 0) { Children = { root } } };
        foreach (var (name, conditions, index) in _steps.Take(count))
        {
            found = name == "**"
                ? [.. found.SelectMany(Below).Distinct()]
                : [.. found.SelectMany(parent =>
                {
                    var chosen = parent.Children.Where(
                        (child, i) => (name == "*" || child.Name == name) && conditions.TrueForAll(condition =>
                            Holds(condition, parent, child, i)));
                    return index is { } wanted ? chosen.Skip(wanted).Take(1) : chosen;
                })];
        }

        return found;
    }

    private static IEnumerable<Element> Below(Element element) => element.Children.SelectMany(Below).Prepend(element);

    private static bool Holds((string Name, string Value) condition, Element parent, Element child, int index) => condition.Name switch
    {
        "." => child.Text == condition.Value,
        ['@', .. var name] => child.Attributes.Exists(attribute => attribute.Name == name && attribute.Value == condition.Value),
        ['-', .. var name] => index > 0 && parent.Children[index - 1] is var before && before.Name == name
            && before.Text == condition.Value,
        var name => child.Children.Exists(inner => inner.Name == name && inner.Text == condition.Value),
    };

    private static string Unquote(string value) => value is ['"', .., '"'] or ['\'', .., '\''] ? value[1..^1] : value;

    [GeneratedRegex(
        """\G(?:@(?<attribute>[^\[\]/@=]+)|(?<name>\*\*|\*|[^\[\]/@=*]+)""" +
        """(?:\[(?<key>[@-]?[^\[\]=]+)=(?<value>"[^"]*"|'[^']*'|[^\]]*)\])*(?:\[(?<index>[0-9]{1,6})\])?)(?:/(?!\z)|\z)""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Limits.SearchMilliseconds)]
    private static partial Regex Step();
}
