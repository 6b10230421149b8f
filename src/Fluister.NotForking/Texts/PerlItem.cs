namespace Fluister.NotForking.Texts;

/// <summary>One part of a sequence in a Perl pattern.</summary>
/// <param name="Text">It in .NET's language.</param>
internal sealed record PerlItem(string Text)
{
    /// <summary>What its first and last character may be, if it is one or more of the same set.</summary>
    public ByteSet? Set { get; init; }

    /// <summary>Whether it has a quantifier.</summary>
    public bool IsRepeated { get; init; }

    /// <summary>`\b` (true) or `\B` (false), which the sequence writes out.</summary>
    public bool? Boundary { get; init; }

    /// <summary>Whether it matches a place, not characters.</summary>
    public bool IsZeroWidth { get; init; }

    /// <summary>Whether it only sets flags.</summary>
    public bool IsNothing { get; init; }

    /// <summary>Whether it is `\K`.</summary>
    public bool IsKeep { get; init; }

    /// <summary>One character of a set.</summary>
    public static PerlItem Of(ByteSet set) => new(set.ToPattern()) { Set = set };
}
