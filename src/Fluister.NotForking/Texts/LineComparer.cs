namespace Fluister.NotForking.Texts;

/// <summary>Lines are equal when their bytes are, line ends included.</summary>
internal sealed class LineComparer : IEqualityComparer<ReadOnlyMemory<byte>>
{
    /// <summary>The only one.</summary>
    public static readonly LineComparer Instance = new();

    /// <inheritdoc/>
    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlyMemory<byte> line)
    {
        var hash = default(HashCode);
        hash.AddBytes(line.Span);
        return hash.ToHashCode();
    }
}
