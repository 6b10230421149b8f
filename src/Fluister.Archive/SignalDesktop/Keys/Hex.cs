using System.Buffers;
using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>Hexadecimal digits of a 32-byte key, without a copy left behind in a string.</summary>
internal static class Hex
{
    /// <summary>32 bytes from exactly 64 digits of either case; null where it is anything else.</summary>
    public static Secret? Decode(ReadOnlySpan<byte> digits)
    {
        Span<byte> key = stackalloc byte[32];
        try
        {
            return digits.Length == 64
                && Convert.FromHexString(digits, key, out _, out var written) == OperationStatus.Done
                && written == key.Length
                    ? new Secret(key)
                    : null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
