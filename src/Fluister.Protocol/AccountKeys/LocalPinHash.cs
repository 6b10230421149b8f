using System.Globalization;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Kdf;

namespace Fluister.Protocol.AccountKeys;

/// <summary>A hash of the PIN for this device alone, to ask for it now and then and check the answer.</summary>
/// <remarks>A PHC string of Argon2i with 512 KiB, 64 passes and one lane (libsignal, account-keys/hash.rs).</remarks>
public static class LocalPinHash
{
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int MemoryKiB = 512;
    private const int Passes = 64;

    // Lengths that a PHC string may have for salt and hash.
    private const int LeastBytes = 8;
    private const int MostBytes = 64;

    /// <summary>Hashes a PIN, as <see cref="Pin.TryNormalize"/> gives it.</summary>
    public static string Create(ReadOnlySpan<byte> pin, RandomSource random)
    {
        Span<byte> salt = stackalloc byte[SaltBytes];
        random.Fill(salt);
        Span<byte> hash = stackalloc byte[HashBytes];
        Argon2i.Derive(pin, salt, MemoryKiB, Passes, lanes: 1, hash);
        return $"$argon2i$v=19$m={MemoryKiB},t={Passes},p=1${Base64(salt)}${Base64(hash)}";
    }

    /// <summary>Whether a PIN is the one of a hash.</summary>
    /// <exception cref="ProtocolException">Malformed: no PHC string of Argon2i or Argon2id, or one that asks for too much.</exception>
    public static bool Verify(string stored, ReadOnlySpan<byte> pin)
    {
        var parts = stored.Length <= 512 ? stored.Split('$') : [];
        if (parts is not ["", "argon2i" or "argon2id", "v=19", var costs, var saltText, var hashText]
            || Costs(costs) is not { } cost
            || Bytes(saltText) is not { } salt
            || Bytes(hashText) is not { } expected)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A stored hash of a PIN must be a PHC string of Argon2.");
        }

        Span<byte> hash = stackalloc byte[expected.Length];
        if (parts[1] == "argon2i")
        {
            Argon2i.Derive(pin, salt, cost.Memory, cost.Passes, lanes: 1, hash);
        }
        else
        {
            Argon2id.Derive(pin, salt, cost.Memory, cost.Passes, lanes: 1, hash);
        }

        return CryptographicOperations.FixedTimeEquals(hash, expected);
    }

    private static (int Memory, int Passes)? Costs(string text)
    {
        return text.Split(',') is [['m', '=', .. var memoryText], ['t', '=', .. var passesText], "p=1"]
            && int.TryParse(memoryText, NumberStyles.None, CultureInfo.InvariantCulture, out var memory)
            && int.TryParse(passesText, NumberStyles.None, CultureInfo.InvariantCulture, out var passes)
            && memory is >= 8 and <= Limits.PinHashMemoryKiB
            && passes is >= 1 and <= Limits.PinHashPasses
            ? (memory, passes)
            : null;
    }

    private static string Base64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[]? Bytes(string base64)
    {
        Span<byte> bytes = stackalloc byte[MostBytes + 3];
        var padded = base64.PadRight((base64.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var count) && count is >= LeastBytes and <= MostBytes
            ? bytes[..count].ToArray()
            : null;
    }
}
