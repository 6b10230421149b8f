using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.AccountKeys;

/// <summary>What a person writes down to get their account back: 64 digits and small letters, the root of the account's keys.</summary>
public sealed class AccountEntropyPool : IDisposable
{
    /// <summary>Characters of a pool, each a digit or one of a to z: 330 bits.</summary>
    public const int Characters = 64;

    // Numbers of an alphabet of 36 that a byte gives with equal chances.
    private const int Alphabet = 36;
    private const int Fair = 256 / Alphabet * Alphabet;

    private readonly Secret _ascii;

    private AccountEntropyPool(ReadOnlySpan<byte> ascii) => _ascii = new Secret(ascii);

    /// <summary>A fresh pool.</summary>
    public static AccountEntropyPool Generate(RandomSource random)
    {
        Span<byte> ascii = stackalloc byte[Characters];
        Span<byte> draw = stackalloc byte[1];
        for (var i = 0; i < ascii.Length;)
        {
            random.Fill(draw);
            if (draw[0] >= Fair)
            {
                continue; // Tells only of a byte that is thrown away.
            }

            // 0 to 9 are digits, the rest letters, without a branch: 39 lies between '9' and 'a'.
            var number = draw[0] % Alphabet;
            ascii[i++] = (byte)('0' + number + (((9 - number) >> 31) & ('a' - '9' - 1)));
        }

        var pool = new AccountEntropyPool(ascii);
        CryptographicOperations.ZeroMemory(ascii);
        CryptographicOperations.ZeroMemory(draw);
        return pool;
    }

    /// <summary>Reads a pool; false where it is not 64 digits and small letters.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AccountEntropyPool? pool)
    {
        pool = null;
        if (text.Length != Characters)
        {
            return false;
        }

        Span<byte> ascii = stackalloc byte[Characters];
        var valid = true;
        for (var i = 0; i < ascii.Length; i++)
        {
            valid &= char.IsAsciiDigit(text[i]) | char.IsAsciiLetterLower(text[i]);
            ascii[i] = (byte)text[i];
        }

        pool = valid ? new AccountEntropyPool(ascii) : null;
        CryptographicOperations.ZeroMemory(ascii);
        return valid;
    }

    /// <summary>The 64 characters as ASCII, for records.</summary>
    public ReadOnlySpan<byte> Reveal() => _ascii.Reveal();

    /// <summary>The 64 characters, to be shown; the text cannot be cleared.</summary>
    public string RevealText() => System.Text.Encoding.ASCII.GetString(_ascii.Reveal());

    /// <summary>The key from which those of registration and of storage derive.</summary>
    public SvrKey SvrKey()
    {
        Span<byte> key = stackalloc byte[AccountKeys.SvrKey.Bytes];
        Derivation.Expand(_ascii.Reveal(), [], "20240801_SIGNAL_SVR_MASTER_KEY"u8, [], key);
        var svrKey = new SvrKey(key);
        CryptographicOperations.ZeroMemory(key);
        return svrKey;
    }

    /// <summary>The key from which those of backups derive.</summary>
    public BackupKey BackupKey()
    {
        Span<byte> key = stackalloc byte[AccountKeys.BackupKey.Bytes];
        Derivation.Expand(_ascii.Reveal(), [], "20240801_SIGNAL_BACKUP_KEY"u8, [], key);
        var backupKey = new BackupKey(key);
        CryptographicOperations.ZeroMemory(key);
        return backupKey;
    }

    /// <summary>Clears the pool.</summary>
    public void Dispose() => _ascii.Dispose();
}
