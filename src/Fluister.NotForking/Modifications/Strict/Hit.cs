namespace Fluister.NotForking.Modifications.Strict;

/// <summary>One place of a structured file that an edit changes.</summary>
/// <param name="Splice">The change.</param>
/// <param name="Now">The value that stands there, Unicode; null: it is new.</param>
internal readonly record struct Hit(Splice Splice, string? Now = null);
