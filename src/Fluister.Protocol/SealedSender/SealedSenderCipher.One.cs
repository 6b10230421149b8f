using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

public static partial class SealedSenderCipher
{
    // Bytes of a MAC: HMAC-SHA256, cut off.
    private const int MacBytes = 10;

    private static ReadOnlySpan<byte> SaltPrefix => "UnidentifiedDelivery"u8;

    /// <summary>Seals to one account, version 1: all of its devices can open it.</summary>
    /// <param name="content">The message with its sender.</param>
    /// <param name="sender">The sender's identity key, as the certificate states it.</param>
    /// <param name="recipient">The recipient's identity key.</param>
    /// <param name="random">For the key of this one message.</param>
    /// <exception cref="ProtocolException">Bad key: the recipient's is of small order.</exception>
    public static byte[] Seal(SealedContent content, IdentityKeyPair sender, IdentityKey recipient, RandomSource random)
    {
        using var ephemeral = KeyPair.Generate(random);
        Span<byte> keys = stackalloc byte[3 * KeyBytes];
        Span<byte> sealedSender = stackalloc byte[PublicKey.SerializedBytes + MacBytes];
        DeriveFromEphemeral(ephemeral.Private, recipient.Key, recipient.Key, ephemeral.Public, keys);
        Encrypt(keys, sender.Public.Serialized, sealedSender);
        DeriveFromStatic(sender.Private, recipient.Key, keys, sealedSender);
        var message = new byte[content.Serialized.Length + MacBytes];
        Encrypt(keys, content.Serialized, message);
        CryptographicOperations.ZeroMemory(keys);

        using var writer = new ProtoWriter(message.Length + 96);
        writer.Raw([Version1]);
        writer.Bytes(1, ephemeral.Public.Serialized);
        writer.Bytes(2, sealedSender);
        writer.Bytes(3, message);
        return writer.ToArray();
    }

    // UnidentifiedSenderMessage: ephemeral key 1, sender's identity key encrypted 2, content encrypted 3.
    private static SealedContent Open1(ReadOnlySpan<byte> bytes, IdentityKeyPair identity)
    {
        ReadOnlySpan<byte> ephemeralBytes = default;
        var (hasSender, hasMessage) = (false, false);
        ReadOnlySpan<byte> sealedSender = default;
        ReadOnlySpan<byte> message = default;
        var reader = new ProtoReader(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    ephemeralBytes = reader.Bytes();
                    break;
                case 2:
                    sealedSender = reader.Bytes();
                    hasSender = true;
                    break;
                case 3:
                    message = reader.Bytes();
                    hasMessage = true;
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (ephemeralBytes.IsEmpty || !hasSender || !hasMessage)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A sealed message lacks a part.");
        }

        var ephemeral = PublicKey.Read(ephemeralBytes);
        Span<byte> keys = stackalloc byte[3 * KeyBytes];
        try
        {
            DeriveFromEphemeral(identity.Private, ephemeral, identity.Public.Key, ephemeral, keys);
            var sender = PublicKey.Read(Decrypt(keys, sealedSender));
            DeriveFromStatic(identity.Private, sender, keys, sealedSender);
            var content = SealedContent.Read(Decrypt(keys, message));

            // The MAC proves who holds this key; the certificate, whose key it is.
            return content.Sender.Identity.Key.Equals(sender) ? content : throw NotAuthentic();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    // Keys: chain, cipher, MAC; from the message's own key pair and the recipient's.
    private static void DeriveFromEphemeral(PrivateKey mine, PublicKey theirs, PublicKey recipient, PublicKey ephemeral, Span<byte> keys)
    {
        Span<byte> shared = stackalloc byte[KeyBytes];
        mine.Agree(theirs, shared);
        ReadOnlySpan<byte> salt = [.. SaltPrefix, .. recipient.Serialized, .. ephemeral.Serialized];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, keys, salt, default);
        CryptographicOperations.ZeroMemory(shared);
    }

    // Keys: nothing, cipher, MAC; from both identity keys and, by the chain key, all that came before.
    private static void DeriveFromStatic(PrivateKey mine, PublicKey theirs, Span<byte> keys, ReadOnlySpan<byte> sealedSender)
    {
        Span<byte> shared = stackalloc byte[KeyBytes];
        mine.Agree(theirs, shared);
        byte[] salt = [.. keys[..KeyBytes], .. sealedSender];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, keys, salt, default);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(salt);
    }

    // AES-256-CTR from zero, for each key is used once; then the MAC.
    private static void Encrypt(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> plaintext, Span<byte> ciphertext)
    {
        var encrypted = ciphertext[..plaintext.Length];
        AesCtr.Transform(keys[KeyBytes..(2 * KeyBytes)], plaintext, encrypted);
        Mac(keys, encrypted, ciphertext[plaintext.Length..]);
    }

    private static byte[] Decrypt(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> ciphertext)
    {
        Span<byte> mac = stackalloc byte[MacBytes];
        if (ciphertext.Length < MacBytes)
        {
            throw NotAuthentic();
        }

        var encrypted = ciphertext[..^MacBytes];
        Mac(keys, encrypted, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, ciphertext[^MacBytes..]))
        {
            throw NotAuthentic();
        }

        var plaintext = new byte[encrypted.Length];
        AesCtr.Transform(keys[KeyBytes..(2 * KeyBytes)], encrypted, plaintext);
        return plaintext;
    }

    private static void Mac(ReadOnlySpan<byte> keys, ReadOnlySpan<byte> encrypted, Span<byte> mac)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(keys[(2 * KeyBytes)..], encrypted, whole);
        whole[..MacBytes].CopyTo(mac);
    }
}
