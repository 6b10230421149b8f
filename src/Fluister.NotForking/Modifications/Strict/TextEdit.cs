using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>One edit with its parameters put in.</summary>
internal abstract class TextEdit
{
    /// <summary>Edits one file.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="text">Its bytes as Latin-1.</param>
    /// <param name="lines">Receives the line of each place where it applied.</param>
    /// <returns>The new bytes; the same object if nothing changed.</returns>
    /// <exception cref="NotForkException">The file is not of the kind that this edit needs (drift).</exception>
    public abstract string Apply(string path, string text, List<int> lines);

    /// <summary>Says why it applied nowhere, though files were chosen.</summary>
    public abstract string Nowhere(Workspace tree, Choice choice);
}
