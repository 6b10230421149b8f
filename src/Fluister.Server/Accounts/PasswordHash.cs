using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.Server.Accounts;

/// <summary>What a device's password is checked against: HKDF-SHA256 with a salt. Passwords are random, so nothing slower is
/// needed.</summary>
internal sealed record PasswordHash(byte[] Salt, byte[] Hash)
{
    private const int SaltBytes = 16;

    private static ReadOnlySpan<byte> Label => "fluister device password"u8;

    /// <summary>Of a new password.</summary>
    public static PasswordHash Of(ReadOnlySpan<char> password, RandomSource random)
    {
        var salt = new byte[SaltBytes];
        random.Fill(salt);
        return new PasswordHash(salt, Compute(password, salt));
    }

    /// <summary>Whether it is the password, in a time that does not depend on how much of it fits.</summary>
    public bool Fits(ReadOnlySpan<char> password) => CryptographicOperations.FixedTimeEquals(Compute(password, Salt), Hash);

    private static byte[] Compute(ReadOnlySpan<char> password, ReadOnlySpan<byte> salt)
    {
        var bytes = new byte[System.Text.Encoding.UTF8.GetByteCount(password)];
        System.Text.Encoding.UTF8.GetBytes(password, bytes);
        var hash = new byte[SHA256.HashSizeInBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes, hash, salt, Label);
        CryptographicOperations.ZeroMemory(bytes);
        return hash;
    }
}
