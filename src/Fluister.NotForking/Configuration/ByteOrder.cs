using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Configuration;

/// <summary>The order of names by their bytes in UTF-8: the "C" locale.</summary>
public sealed class ByteOrder : IComparer<string>
{
    /// <summary>The only one.</summary>
    public static readonly ByteOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y) =>
        x is null || y is null ? string.CompareOrdinal(x, y) : string.CompareOrdinal(PerlText.Encode(x), PerlText.Encode(y));
}
