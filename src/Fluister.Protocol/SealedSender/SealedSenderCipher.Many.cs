using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Symmetric;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

public static partial class SealedSenderCipher
{
    // From so many recipients on the work goes to all cores: two key agreements each.
    private const int ParallelFrom = 12;

    // One point, then the content with its tag.
    private const int PointBytes = MultiRecipientMessage.PointBytes;

    // The encrypted key, and a tag that only sender and recipient can make.
    private const int SenderTagBytes = 16;

    private static ReadOnlySpan<byte> EphemeralLabel => "Sealed Sender v2: r (2023-08)"u8;

    private static ReadOnlySpan<byte> ContentLabel => "Sealed Sender v2: K"u8;

    private static ReadOnlySpan<byte> AgreementLabel => "Sealed Sender v2: DH"u8;

    private static ReadOnlySpan<byte> SenderLabel => "Sealed Sender v2: DH-sender"u8;

    /// <summary>Seals to many accounts, version 2, for the service to fan out (<see cref="MultiRecipientMessage"/>).</summary>
    /// <param name="content">The message with its sender; usually of a sender key, which all of them have.</param>
    /// <param name="sender">The sender's identity key, as the certificate states it.</param>
    /// <param name="recipients">Each account once, with all of its devices.</param>
    /// <param name="excluded">Accounts that are left out on purpose, so that the service sees that they were not forgotten.</param>
    /// <param name="random">For the key of this one message.</param>
    /// <exception cref="ProtocolException">Bad key: a recipient's is of small order. Malformed: a device's id or registration id is
    /// out of range, which a peer can have brought about.</exception>
    /// <exception cref="ArgumentException">An account is there twice, or has no device, or there are too many.</exception>
    public static byte[] Seal(
        SealedContent content,
        IdentityKeyPair sender,
        IReadOnlyList<SealedRecipient> recipients,
        IReadOnlyList<ServiceId> excluded,
        RandomSource random)
    {
        Check(recipients, excluded);
        using var key = random.Secret(KeyBytes);
        using var derived = MessageKeys.Derive(key.Reveal());
        var ephemeral = derived.Ephemeral;
        var message = new byte[MultiRecipientMessage.Length(recipients, excluded.Count, content.Serialized.Length)];
        var starts = MultiRecipientMessage.WriteAddresses(message, recipients, excluded);
        void SealKey(int i) => SealKeyTo(
            recipients[i].Identity.Key, sender, ephemeral, key, message.AsSpan(starts[i], MultiRecipientMessage.KeyMaterialBytes));
        if (recipients.Count < ParallelFrom)
        {
            for (var i = 0; i < recipients.Count; i++)
            {
                SealKey(i);
            }
        }
        else
        {
            SealInParallel(recipients.Count, SealKey);
        }

        var shared = message.AsSpan(starts[^1]);
        ephemeral.Public.Point.CopyTo(shared);
        using var cipher = new AesGcmSiv(derived.Content.Reveal());

        // The key is used once, so the nonce is zero.
        Span<byte> nonce = stackalloc byte[AesGcmSiv.NonceBytes];
        nonce.Clear();
        var encrypted = shared[PointBytes..];
        cipher.Encrypt(nonce, content.Serialized, encrypted[..^AesGcmSiv.TagBytes], encrypted[^AesGcmSiv.TagBytes..]);
        return message;
    }

    // As delivered: encrypted key, sender's tag, ephemeral point, encrypted content.
    private static SealedContent Open2(ReadOnlySpan<byte> bytes, IdentityKeyPair identity)
    {
        if (bytes.Length < MultiRecipientMessage.KeyMaterialBytes + PointBytes + AesGcmSiv.TagBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A sealed message is too short.");
        }

        var material = bytes[..MultiRecipientMessage.KeyMaterialBytes];
        var ephemeral = PublicKey.FromPoint(bytes.Slice(material.Length, PointBytes));
        var encrypted = bytes[(material.Length + PointBytes)..];
        Span<byte> key = stackalloc byte[KeyBytes];
        Span<byte> tag = stackalloc byte[SenderTagBytes];
        try
        {
            MaskKey(identity.Private, ephemeral, ephemeral, identity.Public.Key, material[..KeyBytes], key);
            using var derived = MessageKeys.Derive(key);
            if (!derived.Ephemeral.Public.Equals(ephemeral))
            {
                throw NotAuthentic();
            }

            var plaintext = new byte[encrypted.Length - AesGcmSiv.TagBytes];
            using var cipher = new AesGcmSiv(derived.Content.Reveal());
            Span<byte> nonce = stackalloc byte[AesGcmSiv.NonceBytes];
            nonce.Clear();
            if (!cipher.TryDecrypt(nonce, encrypted[..^AesGcmSiv.TagBytes], encrypted[^AesGcmSiv.TagBytes..], plaintext))
            {
                throw NotAuthentic();
            }

            // Everyone who can open the message could have made it so far; the tag is the sender's alone.
            var content = SealedContent.Read(plaintext);
            var sender = content.Sender.Identity.Key;
            SenderTag(identity.Private, sender, sender, identity.Public.Key, ephemeral, material[..KeyBytes], tag);
            return CryptographicOperations.FixedTimeEquals(tag, material[KeyBytes..]) ? content : throw NotAuthentic();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static void SealInParallel(int count, Action<int> seal)
    {
        try
        {
            Parallel.For(0, count, seal);
        }
        catch (AggregateException failures) when (failures.InnerException is ProtocolException failure)
        {
            throw new ProtocolException(failure.Error, failure.Message);
        }
    }

    private static void SealKeyTo(PublicKey recipient, IdentityKeyPair sender, KeyPair ephemeral, Secret key, Span<byte> material)
    {
        var masked = material[..KeyBytes];
        MaskKey(ephemeral.Private, recipient, ephemeral.Public, recipient, key.Reveal(), masked);
        SenderTag(sender.Private, recipient, sender.Public.Key, recipient, ephemeral.Public, masked, material[KeyBytes..]);
    }

    // Encrypts and decrypts the message's key: XOR with what the ephemeral key and the recipient's share.
    private static void MaskKey(
        PrivateKey mine, PublicKey theirs, PublicKey ephemeral, PublicKey recipient, ReadOnlySpan<byte> key, Span<byte> masked)
    {
        Span<byte> shared = stackalloc byte[KeyBytes];
        mine.Agree(theirs, shared);
        Span<byte> input = [.. shared, .. ephemeral.Serialized, .. recipient.Serialized];
        Span<byte> mask = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, input, mask, default, AgreementLabel);
        for (var i = 0; i < KeyBytes; i++)
        {
            masked[i] = (byte)(key[i] ^ mask[i]);
        }

        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(mask);
    }

    private static void SenderTag(
        PrivateKey mine,
        PublicKey theirs,
        PublicKey sender,
        PublicKey recipient,
        PublicKey ephemeral,
        ReadOnlySpan<byte> maskedKey,
        Span<byte> tag)
    {
        Span<byte> shared = stackalloc byte[KeyBytes];
        mine.Agree(theirs, shared);
        Span<byte> input = [.. shared, .. ephemeral.Serialized, .. maskedKey, .. sender.Serialized, .. recipient.Serialized];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, input, tag, default, SenderLabel);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(input);
    }

    private static void Check(IReadOnlyList<SealedRecipient> recipients, IReadOnlyList<ServiceId> excluded)
    {
        if (recipients.Count + excluded.Count > Limits.MultiRecipients)
        {
            throw new ArgumentException("A message has too many recipients.", nameof(recipients));
        }

        var seen = new HashSet<ServiceId>(recipients.Count + excluded.Count);
        foreach (var recipient in recipients)
        {
            if (!seen.Add(recipient.Account) || recipient.Devices.Count is 0 or > Limits.RecipientDevices)
            {
                throw new ArgumentException("A recipient is there twice, or has no device or too many.", nameof(recipients));
            }

            if (recipient.Devices.Any(
                device => device.Device is < 1 or > ProtocolAddress.MaximumDevice || device.RegistrationId > Limits.RegistrationId))
            {
                throw new ProtocolException(ProtocolError.Malformed, "A recipient's device has an id or a registration id out of range.");
            }
        }

        if (!excluded.All(seen.Add))
        {
            throw new ArgumentException("An account is excluded twice, or a recipient nevertheless.", nameof(excluded));
        }
    }

    // What a message's key gives: its own key pair, and the key of its content.
    private sealed record MessageKeys(KeyPair Ephemeral, Secret Content) : IDisposable
    {
        public static MessageKeys Derive(ReadOnlySpan<byte> key)
        {
            Span<byte> extracted = stackalloc byte[KeyBytes];
            Span<byte> derived = stackalloc byte[KeyBytes];
            HKDF.Extract(HashAlgorithmName.SHA256, key, default, extracted);
            HKDF.Expand(HashAlgorithmName.SHA256, extracted, derived, EphemeralLabel);
            var ephemeral = new PrivateKey(derived);
            HKDF.Expand(HashAlgorithmName.SHA256, extracted, derived, ContentLabel);
            var keys = new MessageKeys(new KeyPair(ephemeral.PublicKey(), ephemeral), new Secret(derived));
            CryptographicOperations.ZeroMemory(extracted);
            CryptographicOperations.ZeroMemory(derived);
            return keys;
        }

        public void Dispose()
        {
            Ephemeral.Dispose();
            Content.Dispose();
        }
    }
}
