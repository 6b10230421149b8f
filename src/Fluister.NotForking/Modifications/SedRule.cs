using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Modifications;

/// <summary>One line of a `sed` modification.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Glob">Which files, as it was written.</param>
/// <param name="Files">The same: by their whole path, or by its last part.</param>
/// <param name="Pattern">What is replaced.</param>
/// <param name="Replacement">By what, as a literal text but for `$LUMO_...`.</param>
internal sealed record SedRule(Place Place, string Glob, Glob Files, PerlPattern Pattern, string Replacement);
