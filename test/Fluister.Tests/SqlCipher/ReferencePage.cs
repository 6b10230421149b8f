using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Fluister.Tests.SqlCipher;

/// <summary>A page of SQLCipher 4 made and opened with the platform's own cryptography, straight from the format's description.</summary>
internal static class ReferencePage
{
    internal const int Size = 4096;

    internal static byte[] MacKey(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt) =>
        Rfc2898DeriveBytes.Pbkdf2(key, [.. salt.ToArray().Select(b => (byte)(b ^ 0x3A))], 2, HashAlgorithmName.SHA512, 32);

    /// <summary>Encrypts the first 4016 bytes of a page; page 1 keeps its 16 bytes of salt in front.</summary>
    internal static byte[] Seal(
        ReadOnlySpan<byte> plain, uint number, byte[] key, byte[] macKey, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> iv)
    {
        int start = number == 1 ? 16 : 0;
        byte[] page = new byte[Size];
        salt[..start].CopyTo(page);
        using var aes = Aes.Create();
        aes.SetKey(key);
        aes.EncryptCbc(plain[start..4016], iv, page.AsSpan(start), PaddingMode.None);
        iv.CopyTo(page.AsSpan(4016));
        Mac(page, number, macKey).CopyTo(page, 4032);
        return page;
    }

    /// <summary>The plain page with zeros in its reserve, or null when it is not authentic.</summary>
    internal static byte[]? Open(ReadOnlySpan<byte> page, uint number, byte[] key, byte[] macKey)
    {
        if (!page[4032..].SequenceEqual(Mac(page, number, macKey)))
        {
            return null;
        }

        int start = number == 1 ? 16 : 0;
        byte[] plain = new byte[Size];
        using var aes = Aes.Create();
        aes.SetKey(key);
        aes.DecryptCbc(page[start..4016], page.Slice(4016, 16), plain.AsSpan(start), PaddingMode.None);
        if (number == 1)
        {
            "SQLite format 3\0"u8.CopyTo(plain);
        }

        return plain;
    }

    private static byte[] Mac(ReadOnlySpan<byte> page, uint number, byte[] macKey)
    {
        byte[] message = new byte[(number == 1 ? 4016 : 4032) + 4];
        page[(number == 1 ? 16 : 0)..4032].CopyTo(message);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(message.Length - 4), number);
        return HMACSHA512.HashData(macKey, message);
    }
}
