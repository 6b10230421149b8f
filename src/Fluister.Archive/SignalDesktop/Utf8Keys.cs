using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.Archive.SignalDesktop;

/// <summary>Looks up strings by their UTF-8 bytes, so that a column is compared where SQLite holds it and no string is made.</summary>
internal sealed class Utf8Keys : IEqualityComparer<string>, IAlternateEqualityComparer<ReadOnlySpan<byte>, string>
{
    public static readonly Utf8Keys Instance = new();

    public bool Equals(string? x, string? y) => string.Equals(x, y, StringComparison.Ordinal);

    public int GetHashCode([DisallowNull] string obj)
    {
        Span<byte> small = stackalloc byte[256];
        return obj.Length <= small.Length / 3
            ? GetHashCode(small[..Encoding.UTF8.GetBytes(obj, small)])
            : GetHashCode(Encoding.UTF8.GetBytes(obj));
    }

    public bool Equals(ReadOnlySpan<byte> alternate, string other) => Ascii.IsValid(alternate)
        ? Ascii.Equals(alternate, other)
        : string.Equals(Encoding.UTF8.GetString(alternate), other, StringComparison.Ordinal);

    /// <summary>.NET's hash of strings, with its secret of this process, over pairs of bytes: ids come from outside,
    /// and could be made to collide.</summary>
    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        var hash = string.GetHashCode(MemoryMarshal.Cast<byte, char>(alternate), StringComparison.Ordinal);
        return (alternate.Length & 1) == 0 ? hash : HashCode.Combine(hash, alternate[^1]);
    }

    public string Create(ReadOnlySpan<byte> alternate) => Encoding.UTF8.GetString(alternate);
}
