using Fluister.Cryptography;

namespace Fluister.Protocol.Ciphers;

/// <summary>Secrets of a fixed length, as every key type of an account holds one.</summary>
internal static class KeyBytes
{
    /// <exception cref="ProtocolException">Bad key: of another length.</exception>
    public static Secret Take(ReadOnlySpan<byte> bytes, int length, string what) => bytes.Length == length
        ? new Secret(bytes)
        : throw new ProtocolException(ProtocolError.BadKey, $"{what} must have {length} bytes.");
}
