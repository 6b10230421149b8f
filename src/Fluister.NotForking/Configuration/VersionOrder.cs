namespace Fluister.NotForking.Configuration;

/// <summary>The order of versions as a person sees it: 1.9 before 1.10, 1.0-alpha before 1.0.</summary>
public sealed class VersionOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static readonly VersionOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y) => string.CompareOrdinal(x, y);
}
