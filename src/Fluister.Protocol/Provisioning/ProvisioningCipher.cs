using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Protocol.Ciphers;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Provisioning;

/// <summary>Encrypts what a primary device hands to a new one, for the key that the new one shows.</summary>
/// <remarks>
/// A fresh key agrees with the shown one; HKDF-SHA256 gives a cipher key and a MAC key. Body: version 1, nonce (16 bytes),
/// AES-256-CBC, HMAC-SHA256 of all before it. Protocol buffers ProvisionEnvelope: fresh key 1, body 2
/// (Signal-Desktop, ProvisioningCipher; Signal-Android, PrimaryProvisioningCipher).
/// </remarks>
public static class ProvisioningCipher
{
    private const byte Version = 1;
    private const int NonceBytes = 16;
    private const int MacBytes = 32;

    /// <summary>Encrypts, as the primary device does.</summary>
    public static byte[] Encrypt(ProvisioningMessage message, PublicKey shown, RandomSource random)
    {
        var plaintext = message.Write();
        var envelope = EncryptBytes(plaintext, shown, random);
        CryptographicOperations.ZeroMemory(plaintext);
        return envelope;
    }

    /// <summary>Decrypts, as the new device does with the key that it showed.</summary>
    /// <exception cref="ProtocolException">Malformed, unknown version, a bad key, or not authentic.</exception>
    public static ProvisioningMessage Decrypt(ReadOnlySpan<byte> envelope, PrivateKey shown)
    {
        var ephemeral = Read(envelope, out var body);
        Span<byte> keys = stackalloc byte[64];
        DeriveKeys(shown, ephemeral, keys);
        byte[]? plaintext = null;
        try
        {
            if (!CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(keys[32..], body[..^MacBytes]), body[^MacBytes..]))
            {
                throw new ProtocolException(ProtocolError.NotAuthentic, "A provisioning message is not authentic.");
            }

            using var aes = Aes.Create();
            aes.SetKey(keys[..32]);
            plaintext = aes.DecryptCbc(body[(1 + NonceBytes)..^MacBytes], body[1..(1 + NonceBytes)]);
            return ProvisioningMessage.Read(plaintext);
        }
        catch (CryptographicException)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A provisioning message is not padded.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    internal static byte[] EncryptBytes(ReadOnlySpan<byte> plaintext, PublicKey shown, RandomSource random)
    {
        using var ephemeral = KeyPair.Generate(random);
        Span<byte> keys = stackalloc byte[64];
        DeriveKeys(ephemeral.Private, shown, keys);
        Span<byte> nonce = stackalloc byte[NonceBytes];
        random.Fill(nonce);
        using var aes = Aes.Create();
        aes.SetKey(keys[..32]);
        byte[] body = [Version, .. nonce, .. aes.EncryptCbc(plaintext, nonce)];
        byte[] whole = [.. body, .. HMACSHA256.HashData(keys[32..], body)];
        CryptographicOperations.ZeroMemory(keys);

        using var writer = new ProtoWriter(64 + whole.Length);
        writer.Bytes(1, ephemeral.Public.Serialized);
        writer.Bytes(2, whole);
        return writer.ToArray();
    }

    // The fresh key, and the body as a part of the envelope.
    private static PublicKey Read(ReadOnlySpan<byte> envelope, out ReadOnlySpan<byte> body)
    {
        if (envelope.Length > Limits.ProvisioningBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A provisioning envelope is too long.");
        }

        ReadOnlySpan<byte> ephemeral = default;
        body = default;
        var reader = new ProtoReader(envelope);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ephemeral = reader.Bytes();
                    break;
                case 2:
                    body = reader.Bytes();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (ephemeral.IsEmpty || body.Length < 1 + NonceBytes + MacBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A provisioning envelope must have a key and a body.");
        }

        return body[0] == Version
            ? PublicKey.Read(ephemeral)
            : throw new ProtocolException(ProtocolError.UnknownVersion, "A provisioning message has an unknown version.");
    }

    private static void DeriveKeys(PrivateKey ours, PublicKey theirs, Span<byte> keys)
    {
        Span<byte> shared = stackalloc byte[X25519.Bytes];
        ours.Agree(theirs, shared);
        Derivation.Expand(shared, [], "TextSecure Provisioning Message"u8, [], keys);
        CryptographicOperations.ZeroMemory(shared);
    }
}
