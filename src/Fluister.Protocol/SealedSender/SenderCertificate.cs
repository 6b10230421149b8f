using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.SealedSender;

/// <summary>A server's word that a device and an identity key are an account's; goes inside every sealed message.</summary>
/// <remarks>Read or made once, it serves for every message that is sealed until it expires.</remarks>
public sealed class SenderCertificate
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _serialized;
    private readonly SignedBytes _signed;

    private SenderCertificate(byte[] serialized, SignedBytes signed, Content content)
    {
        (_serialized, _signed) = (serialized, signed);
        (Sender, PhoneNumber, Identity) = (content.Sender, content.PhoneNumber, content.Identity);
        (Expires, Signer, SignerId) = (content.Expires, content.Signer, content.SignerId);
    }

    /// <summary>The sender's device.</summary>
    public ProtocolAddress Sender { get; }

    /// <summary>The sender's phone number, where the certificate states it.</summary>
    public string? PhoneNumber { get; }

    /// <summary>The sender's identity key.</summary>
    public IdentityKey Identity { get; }

    /// <summary>Until when it holds, inclusive.</summary>
    public DateTimeOffset Expires { get; }

    /// <summary>The certificate of the server that signed it, where that is embedded.</summary>
    public ServerCertificate? Signer { get; }

    /// <summary>The id of the certificate of the server that signed it.</summary>
    public uint SignerId { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>Certifies a device.</summary>
    /// <param name="sender">The account and its device.</param>
    /// <param name="phoneNumber">The account's phone number, which everyone who gets a message will see; usually none.</param>
    /// <param name="identity">The account's identity key.</param>
    /// <param name="expires">Until when it holds; parts of milliseconds are cut off.</param>
    /// <param name="signer">The server's certificate, which is embedded.</param>
    /// <param name="signerKey">The private key of <paramref name="signer"/>.</param>
    /// <param name="random">For the signature.</param>
    public static SenderCertificate Create(
        ProtocolAddress sender,
        string? phoneNumber,
        IdentityKey identity,
        DateTimeOffset expires,
        ServerCertificate signer,
        PrivateKey signerKey,
        RandomSource random)
    {
        var milliseconds = expires.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds, nameof(expires));
        using var writer = new ProtoWriter(256);
        if (phoneNumber is not null)
        {
            writer.Bytes(1, _utf8.GetBytes(phoneNumber));
        }

        writer.UInt64(2, (ulong)sender.Device);
        writer.Fixed64(3, (ulong)milliseconds);
        writer.Bytes(4, identity.Serialized);
        writer.Bytes(5, signer.Serialized);
        writer.Bytes(6, _utf8.GetBytes(sender.Account.ToString()));
        var signed = SignedBytes.Sign(writer.Written, signerKey, random);
        var content = new Content(sender, phoneNumber, identity, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), signer, signer.Id);
        return new SenderCertificate(signed.Write(), signed, content);
    }

    /// <summary>Reads a certificate; whether it holds is not known before it is validated.</summary>
    /// <remarks>The sender must be a service id, for it is an address; libsignal takes any text there.</remarks>
    /// <exception cref="ProtocolException">Malformed, or a bad key.</exception>
    public static SenderCertificate Read(ReadOnlySpan<byte> bytes)
    {
        var signed = SignedBytes.Read(bytes);
        return new SenderCertificate(bytes.ToArray(), signed, Content.Read(signed.Certificate));
    }

    /// <summary>Throws unless a server that one of the trust roots stands behind signed it, and its time is not over.</summary>
    /// <param name="trustRoots">One's own network's and those of networks that it trusts.</param>
    /// <param name="now">The time; a client takes the service's clock.</param>
    /// <param name="known">Server certificates that a sender certificate may name by id instead of embedding them; a network that
    /// always embeds has none. Their trust roots are checked as well.</param>
    /// <returns>The certificate of the server that signed: its id and key say whose account the sender can be.</returns>
    /// <exception cref="ProtocolException">Untrusted certificate, or expired certificate.</exception>
    public ServerCertificate Validate(
        ReadOnlySpan<PublicKey> trustRoots, DateTimeOffset now, ReadOnlySpan<ServerCertificate> known = default)
    {
        var signer = Signer ?? Find(known);
        signer.Validate(trustRoots);
        if (!_signed.Verify(signer.Key))
        {
            throw new ProtocolException(
                ProtocolError.UntrustedCertificate, "A sender certificate is not signed by the server that it names.");
        }

        return now <= Expires
            ? signer
            : throw new ProtocolException(ProtocolError.ExpiredCertificate, "A sender certificate is expired.");
    }

    private ServerCertificate Find(ReadOnlySpan<ServerCertificate> known)
    {
        foreach (var certificate in known)
        {
            if (certificate.Id == SignerId)
            {
                return certificate;
            }
        }

        throw new ProtocolException(
            ProtocolError.UntrustedCertificate, "A sender certificate names a server certificate that is not known.");
    }

    // What the signature covers.
    private sealed record Content(
        ProtocolAddress Sender, string? PhoneNumber, IdentityKey Identity, DateTimeOffset Expires, ServerCertificate? Signer, uint SignerId)
    {
        private static readonly long _lastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

        // SenderCertificate.Certificate: phone number 1, device 2, expires 3, identity key 4, account 6 or 7, signer 5 or 8.
        public static Content Read(ReadOnlySpan<byte> bytes)
        {
            ReadOnlySpan<byte> phoneNumber = default, account = default, identity = default, signer = default;
            var (hasPhoneNumber, isText) = (false, false);
            uint? device = null, signerId = null;
            ulong? expires = null;
            var reader = new ProtoReader(bytes);
            while (reader.Next())
            {
                switch (reader.Field)
                {
                    case 1:
                        phoneNumber = reader.Bytes();
                        hasPhoneNumber = true;
                        break;
                    case 2:
                        device = reader.UInt32();
                        break;
                    case 3:
                        expires = reader.Fixed64();
                        break;
                    case 4:
                        identity = reader.Bytes();
                        break;
                    case 5:
                        signer = reader.Bytes();
                        signerId = null;
                        break;
                    case 6 or 7:
                        account = reader.Bytes();
                        isText = reader.Field == 6;
                        break;
                    case 8:
                        signerId = reader.UInt32();
                        break;
                    default:
                        reader.Skip();
                        break;
                }
            }

            if (device is not (>= 1 and <= ProtocolAddress.MaximumDevice) || expires is not { } end || (signer.IsEmpty && signerId is null))
            {
                throw Malformed();
            }

            var certificate = signerId is null ? ServerCertificate.Read(signer) : null;
            return new Content(
                new ProtocolAddress(Account(account, isText), (int)device),
                hasPhoneNumber ? Text(phoneNumber) : null,
                identity.IsEmpty ? throw Malformed() : IdentityKey.Read(identity),
                Time(end),
                certificate,
                signerId ?? certificate!.Id);
        }

        private static ServiceId Account(ReadOnlySpan<byte> bytes, bool isText)
        {
            if (isText)
            {
                return ServiceId.TryParse(Text(bytes), out var parsed) ? parsed : throw Malformed();
            }

            return bytes.Length == 16 ? ServiceId.Aci(new Guid(bytes, bigEndian: true)) : throw Malformed();
        }

        // Beyond the year 9999 nothing differs any more.
        private static DateTimeOffset Time(ulong milliseconds) =>
            DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(milliseconds, (ulong)_lastMillisecond));

        private static string Text(ReadOnlySpan<byte> bytes)
        {
            try
            {
                return _utf8.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                throw Malformed();
            }
        }

        private static ProtocolException Malformed() =>
            new(ProtocolError.Malformed, "A sender certificate lacks a part or has one of the wrong form.");
    }
}
