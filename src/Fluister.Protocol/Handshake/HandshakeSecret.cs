using System.Security.Cryptography;

namespace Fluister.Protocol.Handshake;

/// <summary>What a handshake gives to the ratchets: three keys of 32 bytes, which never leave this device.</summary>
internal sealed class HandshakeSecret : IDisposable
{
    private const int KeyBytes = 32;

    private readonly byte[] _keys = GC.AllocateUninitializedArray<byte>(3 * KeyBytes, pinned: true);

    /// <summary>Derives the keys from everything that the two sides agreed on (PQXDH, section 2.2, KDF).</summary>
    public HandshakeSecret(ReadOnlySpan<byte> agreed) => HKDF.DeriveKey(HashAlgorithmName.SHA256, agreed, _keys, default, Label);

    /// <summary>The first root key.</summary>
    public ReadOnlySpan<byte> Root => _keys.AsSpan(0, KeyBytes);

    /// <summary>The key of the first chain.</summary>
    public ReadOnlySpan<byte> Chain => _keys.AsSpan(KeyBytes, KeyBytes);

    /// <summary>The first key of the post-quantum ratchet.</summary>
    public ReadOnlySpan<byte> PostQuantum => _keys.AsSpan(2 * KeyBytes, KeyBytes);

    private static ReadOnlySpan<byte> Label => "WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024"u8;

    public void Dispose() => CryptographicOperations.ZeroMemory(_keys);
}
