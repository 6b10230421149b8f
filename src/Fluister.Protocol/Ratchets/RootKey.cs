using System.Security.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Ratchets;

/// <summary>The derivation of chains from the root key (Double Ratchet, section 2.3, KDF_RK).</summary>
internal static class RootKey
{
    public const int Bytes = 32;

    private static ReadOnlySpan<byte> Label => "WhisperRatchet"u8;

    /// <summary>The next root key and a new chain's key, from the root key and the secret that two ratchet keys share.</summary>
    /// <exception cref="ProtocolException">Bad key: theirs is of small order.</exception>
    public static void CreateChain(ReadOnlySpan<byte> root, PrivateKey ours, PublicKey theirs, Span<byte> nextRoot, Span<byte> chain)
    {
        Span<byte> shared = stackalloc byte[32];
        Span<byte> derived = stackalloc byte[Bytes + ChainKey.Bytes];
        try
        {
            ours.Agree(theirs, shared);
            HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, derived, root, Label);
            derived[..Bytes].CopyTo(nextRoot);
            derived[Bytes..].CopyTo(chain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
            CryptographicOperations.ZeroMemory(derived);
        }
    }
}
