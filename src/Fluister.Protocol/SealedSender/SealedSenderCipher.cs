using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

/// <summary>Hides from the service who sends: seals a message to its recipients' identity keys, with the sender inside.</summary>
/// <remarks>
/// <para>Two forms. Version 1 is for one recipient (Signal, "Technology preview: Sealed sender for Signal"). Version 2 seals one
/// message to many: the content once, and for each account only the key to it (M. Barbosa, "Randomness reuse: Extensions and
/// improvements", section 4.1).</para>
/// <para>Owns that the sender is the one in the certificate, and that the certificate holds. Leaves to the layer above: the session
/// or sender key of the message inside, and whether the certificate's server may vouch for the sender.</para>
/// </remarks>
public static partial class SealedSenderCipher
{
    private const int KeyBytes = 32;

    private const byte Version1 = 0x11;

    /// <summary>Opens a sealed message and makes certain of its sender.</summary>
    /// <param name="bytes">The message as it came, of either version.</param>
    /// <param name="identity">The recipient's identity key.</param>
    /// <param name="self">The recipient's own device, so that its own message is refused.</param>
    /// <param name="trustRoots">Who may stand behind the server that vouches for the sender.</param>
    /// <param name="now">The time for the certificate.</param>
    /// <param name="known">Server certificates that may be named by id instead of embedded.</param>
    /// <param name="phoneNumber">The recipient's phone number, if it has one: a certificate that states it, with the same device, is
    /// one's own as well.</param>
    /// <exception cref="ProtocolException">Malformed, a bad key, an unknown version; not authentic, or sealed for someone else;
    /// untrusted or expired certificate; self send.</exception>
    public static UnsealedMessage Unseal(
        ReadOnlySpan<byte> bytes,
        IdentityKeyPair identity,
        ProtocolAddress self,
        ReadOnlySpan<PublicKey> trustRoots,
        DateTimeOffset now,
        ReadOnlySpan<ServerCertificate> known = default,
        string? phoneNumber = null)
    {
        var content = Open(bytes, identity);
        var certificate = content.Sender;
        var server = certificate.Validate(trustRoots, now, known);
        var isOwnAccount = certificate.Sender.Account == self.Account
            || (phoneNumber is not null && certificate.PhoneNumber == phoneNumber);
        return isOwnAccount && certificate.Sender.Device == self.Device
            ? throw new ProtocolException(ProtocolError.SelfSend, "A sealed message came from this very device.")
            : new UnsealedMessage(content, server);
    }

    /// <summary>Opens a sealed message of which only the key of its sender is certain: the certificate is still to be validated.</summary>
    /// <exception cref="ProtocolException">As <see cref="Unseal"/> says, but for the certificate.</exception>
    public static SealedContent Open(ReadOnlySpan<byte> bytes, IdentityKeyPair identity)
    {
        if (bytes.Length is 0 or > Limits.MessageBytes)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A sealed message is empty or too long.");
        }

        return (bytes[0] >> 4) switch
        {
            0 => throw new ProtocolException(ProtocolError.LegacyVersion, "A sealed message is of a version no longer accepted."),
            1 => Open1(bytes[1..], identity),
            2 => Open2(bytes[1..], identity),
            _ => throw new ProtocolException(ProtocolError.UnknownVersion, "A sealed message is of an unknown version."),
        };
    }

    private static ProtocolException NotAuthentic() =>
        new(ProtocolError.NotAuthentic, "A sealed message is not authentic, or sealed for another identity key.");
}
