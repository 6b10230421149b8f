using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;
using System.Text;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>Sets, adds or deletes a value of a JSON or YAML document; every other byte stays.</summary>
internal sealed class DocumentEdit(EditLine line, IDocumentFormat format, string verb, DocumentPath path, string value, string? was) : TextEdit
{
    /// <inheritdoc/>
    public override string Apply(string path, string text, List<int> lines)
    {
        var file = new Place(path);
        var root = Parse(text, file);
        var splices = verb == "add" ? Add(root, text, file) : Change(root, text, file);
        var counter = new LineCounter(text);
        lines.AddRange(splices.Select(splice => counter.Of(splice.Start)));
        for (var i = splices.Count - 1; i >= 0; i--)
        {
            if (verb == "delete" && i < splices.Count - 1)
            {
                // What is deleted may have been the item before the last one, whose comma counts now.
                splices = Change(Parse(text, file), text, file);
            }

            text = splices[i].ApplyTo(text);
        }

        _ = Parse(text, file);
        return text;
    }

    /// <inheritdoc/>
    public override string Nowhere(Workspace tree, Choice choice)
    {
        var file = tree.EditablePaths.First(choice.Matches);
        return $"in {file} \"{path}\" leads nowhere: " +
            path.Gap(Parse(Encoding.Latin1.GetString(Workspace.Read(tree.Find(file)!, line.Place)), new Place(file)));
    }

    private Node Parse(string text, Place file)
    {
        try
        {
            return format.Parse(text, file);
        }
        catch (NotForkException e)
        {
            throw new NotForkException(ExitCode.Drift, $"{e.Line.TrimEnd('.')}.", line.Place, e);
        }
    }

    private List<Splice> Change(Node root, string text, Place file)
    {
        var targets = path.Select(root);
        foreach (var target in targets)
        {
            var now = target.Node.Value ?? PerlText.Decode(text[target.Node.Start..target.Node.End], line.Place);
            if (was is not null && now != was)
            {
                throw new NotForkException(
                    ExitCode.Drift,
                    $"{file.File}:{new LineCounter(text).Of(target.Node.Start)} holds \"{Short(now)}\", not \"{Short(was)}\" as `was` says.",
                    line.Place);
            }
        }

        return [.. targets.Select(target => verb == "set" ? format.Set(text, target, value) :
            target.Parent is not null ? format.Delete(text, target) :
            throw new NotForkException(ExitCode.Configuration, "The whole document cannot be deleted; `method = delete` deletes the file.", line.Place))];
    }

    private List<Splice> Add(Node root, string text, Place file) => [.. path.SelectParents(root).Where(parent => Fits(parent.Node)).Select(parent =>
    {
        var step = path.Last!;
        if (step.Name is { } name && parent.Node.Items.Find(item => item.Key == name) is { } old)
        {
            throw new NotForkException(
                ExitCode.Drift, $"{file.File}:{new LineCounter(text).Of(old.Start)} has \"{name}\" already: `set` is for what exists.", line.Place);
        }

        return format.Add(text, parent.Node, step.Name, step.Index ?? parent.Node.Items.Count, value);
    })];

    private bool Fits(Node parent) => path.Last switch
    {
        { Name: not null, Equal: null } => parent.Kind == NodeKind.Mapping,
        { Index: { } index } => parent.Kind == NodeKind.Sequence && index <= parent.Items.Count,
        { IsEnd: true } => parent.Kind == NodeKind.Sequence,
        _ => throw new NotForkException(
            ExitCode.Configuration, $"`add` cannot add at \"{path}\": the path ends with a name, [N] or [].", line.Place),
    };

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
