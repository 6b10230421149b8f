using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Curves;
using Fluister.Protocol.Keys;
using Fluister.Protocol.PreKeys;

namespace Fluister.Protocol.Handshake;

/// <summary>The key agreement that begins a session (Signal, "The PQXDH Key Agreement Protocol", section 3).</summary>
/// <remarks>Owns the agreement alone: the secret for the ratchets and the message for the wire are separate results. Leaves to the layer
/// above: trust in identities, signatures, which pre-keys there are, and that a one-time key is used once.</remarks>
internal static class Pqxdh
{
    private const int PartBytes = 32;

    // 32 bytes of 0xFF (section 2.2, F for curve25519), four agreements at most, the KEM's secret.
    private const int MostBytes = 6 * PartBytes;

    /// <summary>The side that writes first (section 3.3).</summary>
    /// <exception cref="ProtocolException">Bad key.</exception>
    public static (HandshakeSecret Secret, HandshakeMessage Message) Initiate(
        IdentityKeyPair ours, PreKeyBundle theirs, RandomSource random)
    {
        using var baseKey = KeyPair.Generate(random);
        Span<byte> agreed = stackalloc byte[MostBytes];
        try
        {
            var written = Start(agreed);
            written = Agree(ours.Private, theirs.Signed.Key, agreed, written);
            written = Agree(baseKey.Private, theirs.Identity.Key, agreed, written);
            written = Agree(baseKey.Private, theirs.Signed.Key, agreed, written);
            if (theirs.OneTime is { } oneTime)
            {
                written = Agree(baseKey.Private, oneTime.Key, agreed, written);
            }

            var ciphertext = theirs.Kem.Key.Encapsulate(random, agreed.Slice(written, PartBytes));
            return (new HandshakeSecret(agreed[..(written + PartBytes)]), new HandshakeMessage(baseKey.Public, ciphertext));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(agreed);
        }
    }

    /// <summary>The side that had published its pre-keys (section 3.4).</summary>
    /// <exception cref="ProtocolException">Bad key.</exception>
    public static HandshakeSecret Accept(
        IdentityKeyPair ours, SignedPreKey signed, KemPreKey kem, PreKey? oneTime, IdentityKey theirs, HandshakeMessage message)
    {
        if (!X25519.IsCanonical(message.BaseKey.Point))
        {
            throw new ProtocolException(ProtocolError.BadKey, "A handshake's base key is not in its only form.");
        }

        Span<byte> agreed = stackalloc byte[MostBytes];
        try
        {
            var written = Start(agreed);
            written = Agree(signed.Keys.Private, theirs.Key, agreed, written);
            written = Agree(ours.Private, message.BaseKey, agreed, written);
            written = Agree(signed.Keys.Private, message.BaseKey, agreed, written);
            if (oneTime is not null)
            {
                written = Agree(oneTime.Keys.Private, message.BaseKey, agreed, written);
            }

            kem.Keys.Decapsulate(message.KemCiphertext.Span, agreed.Slice(written, PartBytes));
            return new HandshakeSecret(agreed[..(written + PartBytes)]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(agreed);
        }
    }

    private static int Start(Span<byte> agreed)
    {
        agreed[..PartBytes].Fill(0xff);
        return PartBytes;
    }

    private static int Agree(PrivateKey ours, PublicKey theirs, Span<byte> agreed, int written)
    {
        ours.Agree(theirs, agreed.Slice(written, PartBytes));
        return written + PartBytes;
    }
}
