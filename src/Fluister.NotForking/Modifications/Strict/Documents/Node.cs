namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>A node of a JSON or YAML document, and where it stands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where its text begins.</param>
/// <param name="End">Where its text ends, exclusive.</param>
/// <param name="Value">A scalar's value, Unicode; else null.</param>
internal sealed record Node(NodeKind Kind, int Start, int End, string? Value = null)
{
    /// <summary>What a sequence or mapping holds, in its order.</summary>
    public List<Item> Items { get; init; } = [];

    /// <summary>Whether a YAML collection stands in brackets; true for JSON.</summary>
    public bool IsFlow { get; init; } = true;
}
