using System.Security.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;

namespace Fluister.Server.Messages;

/// <summary>Whether somebody who does not say who they are may reach an account: by its access key.</summary>
internal static class UnidentifiedAccess
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyBytes = 16;

    /// <summary>The key of a header, or an empty one.</summary>
    public static ReadOnlyMemory<byte> Read(string? header)
    {
        Span<byte> bytes = stackalloc byte[2 * KeyBytes];
        return header is { Length: <= 2 * KeyBytes } && Convert.TryFromBase64String(header, bytes, out var length) && length == KeyBytes
            ? bytes[..length].ToArray()
            : default;
    }

    /// <summary>Whether a key opens an account, in a time that does not depend on the key.</summary>
    public static bool Opens(Account? account, ReadOnlySpan<byte> key)
    {
        Span<byte> given = stackalloc byte[KeyBytes];
        given.Clear();
        var isKey = key.Length == KeyBytes;
        (isKey ? key : given).CopyTo(given);
        Span<byte> none = stackalloc byte[KeyBytes];
        none.Clear();
        var fits = CryptographicOperations.FixedTimeEquals(given, account?.AccessKey ?? none);
        return isKey && account is not null && (account.IsUnrestricted || (fits && account.AccessKey is not null));
    }

    /// <summary>Whether a key opens an account of a peer's, as far as is known here; in a time that does not depend on the key.</summary>
    public static bool Opens(RemoteAccount? account, ReadOnlySpan<byte> key)
    {
        Span<byte> none = stackalloc byte[HMACSHA256.HashSizeInBytes];
        none.Clear();
        Span<byte> checksum = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, none, checksum);
        var fits = CryptographicOperations.FixedTimeEquals(checksum, account?.AccessKeyChecksum ?? none);
        return key.Length == KeyBytes && account is not null && (account.IsUnrestricted || (fits && account.AccessKeyChecksum is not null));
    }

    /// <summary>Whether the exclusive or of keys opens all of some accounts; those that are open to anybody count as zeros.</summary>
    public static bool OpensAll(IEnumerable<Account> accounts, ReadOnlySpan<byte> key)
    {
        Span<byte> together = stackalloc byte[KeyBytes];
        together.Clear();
        var haveKeys = true;
        foreach (var account in accounts)
        {
            if (account.IsUnrestricted)
            {
                continue;
            }

            haveKeys &= account.AccessKey is { Length: KeyBytes };
            var bytes = account.AccessKey ?? [];
            for (var i = 0; i < bytes.Length && i < KeyBytes; i++)
            {
                together[i] ^= bytes[i];
            }
        }

        return haveKeys && key.Length == KeyBytes && CryptographicOperations.FixedTimeEquals(together, key);
    }
}
