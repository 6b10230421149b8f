namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>The order of bytes, as `LC_ALL=C sort` has it.</summary>
internal sealed class ByteOrder : IComparer<byte[]>
{
    /// <summary>The only one.</summary>
    public static readonly ByteOrder Instance = new();

    /// <inheritdoc/>
    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
