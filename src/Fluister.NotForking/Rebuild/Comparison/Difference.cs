namespace Fluister.NotForking.Rebuild.Comparison;

/// <summary>The first thing in which two files differ.</summary>
/// <param name="Where">The file, and what in it, from the outside to the inside.</param>
/// <param name="What">One sentence.</param>
internal sealed record Difference(string Where, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Where}: {What}";
}
