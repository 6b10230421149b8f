namespace Fluister.NotForking.Texts;

/// <summary>Compares lines by their bytes.</summary>
internal sealed class LineComparer : IEqualityComparer<ReadOnlyMemory<byte>>
{
    /// <summary>The only one.</summary>
    public static readonly LineComparer Instance = new();

    /// <inheritdoc/>
    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlyMemory<byte> obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(obj.Span);
        return hash.ToHashCode();
    }
}
