namespace Fluister.NotForking;

/// <summary>A line of a file that a person wrote: what an error points at.</summary>
/// <param name="File">Its path as the person gave it.</param>
/// <param name="Line">From 1; 0: the file as a whole.</param>
public readonly record struct Place(string File, int Line = 0)
{
    /// <inheritdoc/>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}";
}
