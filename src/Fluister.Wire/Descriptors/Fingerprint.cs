using System.Security.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Wire.Descriptors;

/// <summary>A server's identity key as people compare and pass it on: its SHA-256, 64 hexadecimal digits, which begin with the server's
/// tag.</summary>
public static class Fingerprint
{
    /// <summary>The fingerprint of a key, in groups of eight digits.</summary>
    public static string Of(PublicKey genesis) =>
        string.Join(' ', Convert.ToHexStringLower(SHA256.HashData(genesis.Serialized)).Chunk(8).Select(group => new string(group)));

    /// <summary>Whether a text that somebody typed or pasted is the fingerprint of a key; spaces, colons and the case of letters do not
    /// matter, and nothing may be missing.</summary>
    public static bool Fits(string text, PublicKey genesis) => string.Equals(Digits(text), Digits(Of(genesis)), StringComparison.Ordinal);

    private static string Digits(string text) =>
        string.Concat(text.Where(character => !char.IsWhiteSpace(character) && character is not (':' or '-'))).ToLowerInvariant();
}
