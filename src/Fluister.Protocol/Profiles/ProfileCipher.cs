using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.Profiles;

/// <summary>Encrypts and decrypts the parts of a profile, each by itself: AES-256-GCM with the profile key.</summary>
/// <remarks>
/// <para>Nonce (12 bytes), ciphertext, tag (16 bytes). Texts are padded with zeros to the first of a few lengths that holds
/// them, so that their length says little (Signal-Desktop, Crypto.node.ts; Signal-Android, ProfileCipher). An avatar is
/// not padded, and a switch is one byte.</para>
/// <para>Bytes that are no UTF-8 become U+FFFD: a profile that another client cut short is still shown.</para>
/// </remarks>
public static class ProfileCipher
{
    private static readonly int[] NameLengths = [53, 257];
    private static readonly int[] AboutLengths = [128, 254, 512];
    private static readonly int[] EmojiLengths = [32];

    /// <summary>Encrypts a name.</summary>
    /// <exception cref="ArgumentException">More than 257 bytes of UTF-8, or a NUL in it.</exception>
    public static byte[] EncryptName(ProfileKey key, ProfileName name, RandomSource random)
    {
        RefuseNul(name.Given);
        RefuseNul(name.Family);
        var text = string.IsNullOrEmpty(name.Family) ? name.Given : $"{name.Given}\0{name.Family}";
        return EncryptPadded(key, Utf8(text), NameLengths, random);
    }

    /// <summary>Decrypts a name.</summary>
    /// <exception cref="ProtocolException">Malformed, or not authentic.</exception>
    public static ProfileName DecryptName(ProfileKey key, ReadOnlySpan<byte> encrypted)
    {
        var padded = GcmBlob.Open(key.Reveal(), encrypted);
        var given = UntilNul(padded);
        var family = UntilNul(padded.AsSpan(Math.Min(given.Length + 1, padded.Length)));
        var name = new ProfileName(Text(given), family.IsEmpty ? null : Text(family));
        CryptographicOperations.ZeroMemory(padded);
        return name;
    }

    /// <summary>Encrypts the line that a person says about themselves.</summary>
    /// <exception cref="ArgumentException">More than 512 bytes of UTF-8, or a NUL in it.</exception>
    public static byte[] EncryptAbout(ProfileKey key, string about, RandomSource random) => EncryptText(key, about, AboutLengths, random);

    /// <summary>Encrypts the emoji beside that line.</summary>
    /// <exception cref="ArgumentException">More than 32 bytes of UTF-8, or a NUL in it.</exception>
    public static byte[] EncryptEmoji(ProfileKey key, string emoji, RandomSource random) => EncryptText(key, emoji, EmojiLengths, random);

    /// <summary>Decrypts the line or the emoji.</summary>
    /// <exception cref="ProtocolException">Malformed, or not authentic.</exception>
    public static string DecryptText(ProfileKey key, ReadOnlySpan<byte> encrypted)
    {
        var padded = GcmBlob.Open(key.Reveal(), encrypted);
        var text = Text(UntilNul(padded));
        CryptographicOperations.ZeroMemory(padded);
        return text;
    }

    /// <summary>Encrypts an avatar, or anything else of the profile that is not padded.</summary>
    public static byte[] EncryptAvatar(ProfileKey key, ReadOnlySpan<byte> avatar, RandomSource random) =>
        GcmBlob.Seal(key.Reveal(), avatar, random);

    /// <summary>Decrypts an avatar.</summary>
    /// <exception cref="ProtocolException">Malformed, or not authentic.</exception>
    public static byte[] DecryptAvatar(ProfileKey key, ReadOnlySpan<byte> encrypted) => GcmBlob.Open(key.Reveal(), encrypted);

    /// <summary>Encrypts whether the phone number may be shown.</summary>
    public static byte[] EncryptSwitch(ProfileKey key, bool on, RandomSource random) =>
        GcmBlob.Seal(key.Reveal(), [on ? (byte)1 : (byte)0], random);

    /// <summary>Decrypts whether the phone number may be shown: on where the one byte is not zero.</summary>
    /// <exception cref="ProtocolException">Malformed, or not authentic.</exception>
    public static bool DecryptSwitch(ProfileKey key, ReadOnlySpan<byte> encrypted)
    {
        var plaintext = GcmBlob.Open(key.Reveal(), encrypted);
        return plaintext.Length == 1
            ? plaintext[0] != 0
            : throw new ProtocolException(ProtocolError.Malformed, "A switch of a profile must be one byte.");
    }

    private static byte[] EncryptText(ProfileKey key, string text, int[] lengths, RandomSource random)
    {
        RefuseNul(text);
        return EncryptPadded(key, Utf8(text), lengths, random);
    }

    private static byte[] EncryptPadded(ProfileKey key, byte[] content, int[] lengths, RandomSource random)
    {
        var length = Array.Find(lengths, length => content.Length <= length);
        if (length == 0)
        {
            throw new ArgumentException($"Longer than {lengths[^1]} bytes.", nameof(content));
        }

        var padded = new byte[length];
        content.CopyTo(padded, 0);
        CryptographicOperations.ZeroMemory(content);
        var encrypted = GcmBlob.Seal(key.Reveal(), padded, random);
        CryptographicOperations.ZeroMemory(padded);
        return encrypted;
    }

    private static ReadOnlySpan<byte> UntilNul(ReadOnlySpan<byte> padded)
    {
        var end = padded.IndexOf((byte)0);
        return end < 0 ? padded : padded[..end];
    }

    private static void RefuseNul(string? text)
    {
        if (text?.Contains('\0', StringComparison.Ordinal) == true)
        {
            throw new ArgumentException("A NUL ends a text of a profile.", nameof(text));
        }
    }

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.UTF8.GetString(bytes);
}
