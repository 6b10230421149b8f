using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>How Chromium's os_crypt makes a key from a keyring's password, and which cipher that key is for.</summary>
internal enum OsCryptScheme
{
    /// <summary>Linux v10 and v11: AES-128-CBC, one round of PBKDF2.</summary>
    Linux,

    /// <summary>macOS v10: AES-128-CBC, 1003 rounds of PBKDF2.</summary>
    MacOS,

    /// <summary>Linux v12: AES-256-GCM, HKDF of the Secret portal's secret.</summary>
    Portal,

    /// <summary>Windows v10: AES-256-GCM with the 32 bytes themselves.</summary>
    Windows,
}

/// <summary>Electron's safeStorage, that is Chromium's os_crypt: what encryptedKey in config.json was made with.</summary>
/// <remarks>
/// Chromium components/os_crypt: sync/os_crypt_linux.cc, os_crypt_mac.mm, os_crypt_win.cc; async/browser/secret_portal_key_provider.cc.
/// </remarks>
internal static class OsCrypt
{
    /// <summary>Bytes of the version in front: "v10", "v11", "v12".</summary>
    public const int PrefixLength = 3;

    /// <summary>Signal's plain text: 64 hexadecimal digits.</summary>
    private const int HexKeyLength = 64;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int GcmKeyLength = 32;
    private const int GcmLength = PrefixLength + NonceLength + HexKeyLength + TagLength;

    // 64 digits make four blocks, and PKCS#7 adds a fifth.
    private const int CbcLength = PrefixLength + HexKeyLength + 16;

    /// <summary>The password where there is no keyring: everybody knows it, and that is Chromium's own choice.</summary>
    public static ReadOnlySpan<byte> FixedPassword => "peanuts"u8;

    /// <summary>
    /// The store's key, or null and the reason. AES-CBC does not authenticate: a key from a wrong password is told apart only by its
    /// padding and its digits, so that the caller checks it against the store.
    /// </summary>
    public static Secret? Decrypt(ReadOnlySpan<byte> encrypted, OsCryptScheme scheme, ReadOnlySpan<byte> password, out string reason)
    {
        var gcm = scheme is OsCryptScheme.Portal or OsCryptScheme.Windows;
        if (encrypted.Length != (gcm ? GcmLength : CbcLength))
        {
            reason = $"encryptedKey has {encrypted.Length} bytes where this scheme has {(gcm ? GcmLength : CbcLength)}";
            return null;
        }

        if (scheme == OsCryptScheme.Windows && password.Length != GcmKeyLength)
        {
            reason = $"not {GcmKeyLength} bytes";
            return null;
        }

        Span<byte> key = stackalloc byte[GcmKeyLength];
        Span<byte> hex = stackalloc byte[HexKeyLength + 16];
        try
        {
            key = DeriveKey(scheme, password, key);
            var length = gcm ? DecryptGcm(encrypted, key, hex) : DecryptCbc(encrypted, key, hex);
            if (length == HexKeyLength && Hex.Decode(hex[..length]) is { } found)
            {
                reason = "";
                return found;
            }

            reason = "the password does not fit";
            return null;
        }
        catch (CryptographicException)
        {
            reason = "the password does not fit";
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(hex);
        }
    }

    private static Span<byte> DeriveKey(OsCryptScheme scheme, ReadOnlySpan<byte> password, Span<byte> key)
    {
        switch (scheme)
        {
            case OsCryptScheme.Windows:
                password.CopyTo(key);
                return key;
            case OsCryptScheme.Portal:
                HKDF.DeriveKey(HashAlgorithmName.SHA256, password, key, "fdo_portal_secret_salt"u8, "HKDF-SHA-256 AES-256-GCM"u8);
                return key;
            default:
                key = key[..16];
                Rfc2898DeriveBytes.Pbkdf2(password, "saltysalt"u8, key, scheme == OsCryptScheme.MacOS ? 1003 : 1, HashAlgorithmName.SHA1);
                return key;
        }
    }

    private static int DecryptGcm(ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> key, Span<byte> plain)
    {
        var body = encrypted[PrefixLength..];
        using var gcm = new AesGcm(key, TagLength);
        gcm.Decrypt(body[..NonceLength], body[NonceLength..^TagLength], body[^TagLength..], plain[..HexKeyLength]);
        return HexKeyLength;
    }

    private static int DecryptCbc(ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> key, Span<byte> plain)
    {
        Span<byte> blanks = stackalloc byte[16];
        blanks.Fill((byte)' ');
        using var aes = Aes.Create();
        aes.SetKey(key);
        return aes.DecryptCbc(encrypted[PrefixLength..], blanks, plain, PaddingMode.PKCS7);
    }
}
