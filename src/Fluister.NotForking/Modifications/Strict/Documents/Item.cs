namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>One member of a mapping or element of a sequence.</summary>
/// <param name="Key">The member's name; null for an element.</param>
/// <param name="Start">Where the member (its key) or the element begins.</param>
/// <param name="KeyEnd">Where the key ends; <paramref name="Start"/> for an element.</param>
/// <param name="Value">Its value.</param>
internal sealed record Item(string? Key, int Start, int KeyEnd, Node Value);
