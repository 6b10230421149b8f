using System.Buffers.Text;

namespace Fluister.Wire;

/// <summary>Bytes of a known length as base64url, in paths and tokens.</summary>
public static class Base64Text
{
    /// <summary>Reads a text that must give exactly so many bytes; anything else is false, and never an exception.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, Span<byte> bytes) =>
        Base64Url.IsValid(text, out var length) && length == bytes.Length && Base64Url.TryDecodeFromChars(text, bytes, out _);
}
