using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>Sets, adds or deletes a value of a JSON or YAML document; every other byte stays.</summary>
/// <param name="line">The edit.</param>
/// <param name="format">What the file is.</param>
/// <param name="verb">"set", "add" or "delete".</param>
/// <param name="path">Of what.</param>
/// <param name="value">The value as JSON, bytes as Latin-1.</param>
/// <param name="was">What it must be before; null: anything.</param>
internal sealed class DocumentEdit(EditLine line, IDocumentFormat format, string verb, DocumentPath path, string value, string? was)
    : StructuredEdit(line, verb == "delete", was)
{
    /// <inheritdoc/>
    protected override List<Hit> Find(string text, Place file)
    {
        var root = format.Parse(text, file);
        return verb == "add" ? Add(root, text, file) : [.. path.Select(root).Select(target => new Hit(
            verb == "set" ? format.Set(text, target, value) :
            target.Parent is not null ? format.Delete(text, target) :
            throw new NotForkException(ExitCode.Configuration, "The whole document cannot be deleted; `method = delete` deletes the file.",
                Place),
            target.Node.Value ?? PerlText.Decode(text[target.Node.Start..target.Node.End], Place)))];
    }

    /// <inheritdoc/>
    protected override bool Verify(string text, Place file)
    {
        var root = format.Parse(text, file);
        var wanted = verb == "delete" ? root : JsonFormat.Instance.Parse(value, Place);
        foreach (var target in verb == "set" ? path.Select(root) : [])
        {
            if (target.Node.Kind != wanted.Kind || (wanted.Kind == NodeKind.Scalar && target.Node.Value != wanted.Value))
            {
                throw Refused(text, target.Node.Start, file, "cannot hold this value in its place");
            }
        }

        return true;
    }

    /// <inheritdoc/>
    protected override string Gap(string text, Place file) => $"\"{path}\" leads nowhere: {path.Gap(format.Parse(text, file))}";

    private List<Hit> Add(Node root, string text, Place file) =>
        [.. path.SelectParents(root).Where(parent => Fits(parent.Node)).Select(parent =>
    {
        var step = path.Last!;
        if (step.Name is { } name && parent.Node.Items.Find(item => item.Key == name) is { } old)
        {
            throw Refused(text, old.Start, file, $"has \"{name}\" already: `set` is for what exists");
        }

        return new Hit(format.Add(text, parent.Node, step.Name, step.Index ?? parent.Node.Items.Count, value));
    })];

    private bool Fits(Node parent) => path.Last switch
    {
        { Name: not null, Equal: null } => parent.Kind == NodeKind.Mapping,
        { Index: { } index } => parent.Kind == NodeKind.Sequence && index <= parent.Items.Count,
        { IsEnd: true } => parent.Kind == NodeKind.Sequence,
        _ => throw new NotForkException(
            ExitCode.Configuration, $"`add` cannot add at \"{path}\": the path ends with a name, [N] or [].", Place),
    };
}
