namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>What a path leads to.</summary>
/// <param name="Parent">The mapping or sequence; null: the target is the whole document.</param>
/// <param name="Index">Which of its items.</param>
/// <param name="Node">The value.</param>
internal sealed record Target(Node? Parent, int Index, Node Node);
