using System.Security.Cryptography;

namespace Fluister.Protocol.Ciphers;

/// <summary>HKDF-SHA256 (RFC 5869) with an info in two parts, a label and what it is bound to.</summary>
internal static class Derivation
{
    public static void Expand(
        ReadOnlySpan<byte> input, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, Span<byte> output)
    {
        if (context.IsEmpty)
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, input, output, salt, label);
            return;
        }

        byte[] info = [.. label, .. context];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, input, output, salt, info);
    }
}
