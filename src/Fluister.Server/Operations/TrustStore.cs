using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Fluister.Server.Operations;

/// <summary>A certificate in a key store as Android reads them (Bouncy Castle's BKS, version 2): what clients for Android trust.</summary>
/// <remarks>Version, salt, iterations; the entries, ended by a zero; and HMAC-SHA1 over the entries, with a key of PKCS #12's derivation
/// (RFC 7292, appendix B) from a password that everybody knows. All numbers are big endian.</remarks>
internal static class TrustStore
{
    /// <summary>The password with which clients open it.</summary>
    private const string Password = "whisper";

    private const int Version = 2;
    private const int SaltBytes = 20;
    private const int Iterations = 1024;
    private const byte CertificateEntry = 1;
    private const int Sha1Block = 64;
    private const byte MacKey = 3;

    /// <summary>Writes the store: the same bytes for the same certificate.</summary>
    public static byte[] Write(X509Certificate2 certificate)
    {
        var salt = SHA256.HashData(certificate.RawData)[..SaltBytes];
        using var entries = new MemoryStream();
        entries.WriteByte(CertificateEntry);
        WriteText(entries, "authority");
        WriteNumber(entries, new DateTimeOffset(certificate.NotBefore).ToUnixTimeMilliseconds());
        WriteNumber(entries, 0);
        WriteText(entries, "X.509");
        WriteNumber(entries, certificate.RawData.Length);
        entries.Write(certificate.RawData);
        entries.WriteByte(0);

        using var store = new MemoryStream();
        WriteNumber(store, Version);
        WriteNumber(store, SaltBytes);
        store.Write(salt);
        WriteNumber(store, Iterations);
        store.Write(entries.ToArray());
#pragma warning disable CA5350 // The format's; what it guards is public, and trusted since it is part of the program.
        store.Write(HMACSHA1.HashData(Key(salt), entries.ToArray()));
        return store.ToArray();
    }

    /// <summary>One block of the derivation, which is all that a key as long as the hash needs.</summary>
    private static byte[] Key(byte[] salt)
    {
        var password = Encoding.BigEndianUnicode.GetBytes(Password + '\0');
        byte[] block =
        [
            .. Enumerable.Repeat(MacKey, Sha1Block),
            .. Enumerable.Range(0, Sha1Block).Select(index => salt[index % salt.Length]),
            .. Enumerable.Range(0, Sha1Block).Select(index => password[index % password.Length]),
        ];
        for (var iteration = 0; iteration < Iterations; iteration++)
        {
            block = SHA1.HashData(block);
        }
#pragma warning restore CA5350

        return block;
    }

    private static void WriteText(MemoryStream stream, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)bytes.Length);
        stream.Write(length);
        stream.Write(bytes);
    }

    private static void WriteNumber(MemoryStream stream, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        stream.Write(bytes);
    }

    private static void WriteNumber(MemoryStream stream, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        stream.Write(bytes);
    }
}
