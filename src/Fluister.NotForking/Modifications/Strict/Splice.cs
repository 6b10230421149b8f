namespace Fluister.NotForking.Modifications.Strict;

/// <summary>One change of a text: what stands there goes, another text comes.</summary>
internal readonly record struct Splice(int Start, int End, string Text)
{
    /// <summary>The text with the change.</summary>
    public string ApplyTo(string text) => string.Concat(text.AsSpan(0, Start), Text, text.AsSpan(End));
}
