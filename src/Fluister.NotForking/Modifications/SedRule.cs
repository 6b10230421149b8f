using System.Text.RegularExpressions;

namespace Fluister.NotForking.Modifications;

/// <summary>One line of a `sed` modification.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Files">Which files: by their whole path, or by its last part.</param>
/// <param name="Pattern">What is replaced.</param>
/// <param name="Replacement">By what, as a literal text but for `$LUMO_...`.</param>
internal sealed record SedRule(Place Place, Regex Files, Regex Pattern, string Replacement)
{
    /// <summary>Whether it is for a file.</summary>
    public bool Chooses(string path) => Files.IsMatch(path) || (path.LastIndexOf('/') is >= 0 and var slash && Files.IsMatch(path[(slash + 1)..]));
}
