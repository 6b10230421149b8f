using Fluister.Cryptography.Curves;

namespace Fluister.Cryptography.Proofs;

/// <summary>A signature as a proof to know the logarithm of a public key, bound to a message (libsignal, poksho/sign.rs).</summary>
public static class ProofSignature
{
    /// <summary>Bytes of a signature: the challenge and one response.</summary>
    public const int Bytes = 2 * Scalar25519.Bytes;

    private static readonly ProofStatement Statement = new ProofStatement().Add("public", ("private", ProofStatement.Generator));

    /// <summary>Signs.</summary>
    /// <param name="key">The private key.</param>
    /// <param name="publicKey">The generator times the private key.</param>
    /// <param name="message">What is signed.</param>
    /// <param name="randomness">32 bytes; the nonce is hashed from them, the key and the message.</param>
    /// <exception cref="ArgumentException">The keys do not belong together.</exception>
    public static byte[] Sign(
        in Scalar25519 key, in RistrettoPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> randomness) =>
        Statement.Prove(new Dictionary<string, Scalar25519> { ["private"] = key }, Named(publicKey), message, randomness);

    /// <summary>Whether the owner of the key signed the message; false for anything else, whatever the bytes are.</summary>
    public static bool Verify(in RistrettoPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        Statement.Verify(signature, Named(publicKey), message);

    private static Dictionary<string, RistrettoPoint> Named(in RistrettoPoint publicKey) => new() { ["public"] = publicKey };
}
