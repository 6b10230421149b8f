using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Fluister.Cryptography.Symmetric;

/// <summary>AES-256-GCM-SIV (RFC 8452): authenticated encryption that survives a repeated nonce.</summary>
/// <remarks>Two implementations give the same bytes: one by the processor's AES and carry-less multiplication, one that needs
/// neither. Neither has a branch or an index that depends on the key or on the text. Safe for concurrent use.</remarks>
public sealed partial class AesGcmSiv : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 32;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 12;

    /// <summary>Bytes of a tag.</summary>
    public const int TagBytes = 16;

    private const int BlockBytes = 16;

    private readonly Secret _key;
    private readonly bool _accelerated;

    /// <summary>Whether the processor has what the fast implementation needs.</summary>
    internal static bool IsAccelerated => AcceleratedKeys.IsSupported;

    /// <summary>Takes a key of 32 bytes; it is copied.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The key has another length.</exception>
    public AesGcmSiv(ReadOnlySpan<byte> key)
        : this(key, IsAccelerated)
    {
    }

    // Which implementation runs is a test's business only; it asks for acceleration where there is some.
    internal AesGcmSiv(ReadOnlySpan<byte> key, bool accelerated)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, KeyBytes, nameof(key));
        _accelerated = accelerated;
        _key = accelerated ? AcceleratedKeys.Expand(key) : new Secret(key);
    }

    /// <summary>Encrypts; the ciphertext has the plain text's length and may take its place.</summary>
    /// <exception cref="ArgumentException">A length is wrong, or the texts overlap without being in the same place.</exception>
    public void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag,
        ReadOnlySpan<byte> associatedData = default)
    {
        Check(nonce, plaintext, ciphertext, tag);
        if (_accelerated)
        {
            Encrypt<AcceleratedKeys>(nonce, plaintext, ciphertext, tag, associatedData);
        }
        else
        {
            Encrypt<PortableKeys>(nonce, plaintext, ciphertext, tag, associatedData);
        }
    }

    /// <summary>Decrypts; the plain text has the ciphertext's length and may take its place.</summary>
    /// <returns>False, and a cleared <paramref name="plaintext"/>, where it is not authentic.</returns>
    /// <exception cref="ArgumentException">A length is wrong, or the texts overlap without being in the same place.</exception>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext,
        ReadOnlySpan<byte> associatedData = default)
    {
        Check(nonce, ciphertext, plaintext, tag);
        return _accelerated
            ? TryDecrypt<AcceleratedKeys>(nonce, ciphertext, tag, plaintext, associatedData)
            : TryDecrypt<PortableKeys>(nonce, ciphertext, tag, plaintext, associatedData);
    }

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();

    private static void Check(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, NonceBytes, nameof(nonce));
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, TagBytes, nameof(tag));
        ArgumentOutOfRangeException.ThrowIfNotEqual(to.Length, from.Length, nameof(to));
        if (from.Overlaps(to, out var offset) && offset != 0)
        {
            throw new ArgumentException("Plain text and ciphertext are in the same place, or apart.", nameof(to));
        }
    }

    // RFC 8452, section 4.
    private void Encrypt<TKeys>(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext, Span<byte> tag, ReadOnlySpan<byte> associatedData)
        where TKeys : struct, INonceKeys
    {
        Span<byte> actual = stackalloc byte[TagBytes];
        var keys = default(TKeys);
        try
        {
            keys.Derive(_key.Reveal(), nonce);
            Authenticate(ref keys, nonce, plaintext, associatedData, actual);
            keys.ApplyKeystream(actual, plaintext, ciphertext);
            actual.CopyTo(tag);
        }
        finally
        {
            keys.Clear();
        }
    }

    // RFC 8452, section 5. What is decrypted stays in the caller's buffer for the time of the check, and is cleared if it fails.
    private bool TryDecrypt<TKeys>(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag, Span<byte> plaintext,
        ReadOnlySpan<byte> associatedData)
        where TKeys : struct, INonceKeys
    {
        Span<byte> given = stackalloc byte[TagBytes];
        Span<byte> actual = stackalloc byte[TagBytes];
        tag.CopyTo(given);
        var authentic = false;
        var keys = default(TKeys);
        try
        {
            keys.Derive(_key.Reveal(), nonce);
            keys.ApplyKeystream(given, ciphertext, plaintext);
            Authenticate(ref keys, nonce, plaintext, associatedData, actual);
            authentic = CryptographicOperations.FixedTimeEquals(actual, given);
        }
        finally
        {
            keys.Clear();
            CryptographicOperations.ZeroMemory(actual);
            if (!authentic)
            {
                CryptographicOperations.ZeroMemory(plaintext);
            }
        }

        return authentic;
    }

    private static void Authenticate<TKeys>(
        ref TKeys keys, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData, Span<byte> tag)
        where TKeys : struct, INonceKeys
    {
        keys.Hash(associatedData, plaintext, tag);
        for (var i = 0; i < NonceBytes; i++)
        {
            tag[i] ^= nonce[i];
        }

        tag[^1] &= 0x7f;
        keys.EncryptBlock(tag);
    }

    // The last block of the hash: both lengths in bits.
    private static void Lengths(int associatedData, int plaintext, Span<byte> block)
    {
        MemoryMarshal.Write(block, 8L * associatedData);
        MemoryMarshal.Write(block[8..], 8L * plaintext);
    }

    // The two keys that belong to one nonce (RFC 8452, section 4, derive_keys), and what is done with them.
    private interface INonceKeys
    {
        void Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce);

        // POLYVAL of associated data, text and their lengths.
        void Hash(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> text, Span<byte> result);

        // AES of one block in place.
        void EncryptBlock(Span<byte> block);

        // AES-CTR that begins at a tag: its highest bit set, its first 32 bits counting up and around.
        void ApplyKeystream(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> from, Span<byte> to);

        void Clear();
    }
}
