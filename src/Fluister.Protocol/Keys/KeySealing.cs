using Fluister.Cryptography;

namespace Fluister.Protocol.Keys;

/// <summary>Sealing of bytes for whoever holds a private key (libsignal, PublicKey.seal): a type byte, then HPKE in base mode.</summary>
public static class KeySealing
{
    /// <summary>The type byte of DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.</summary>
    public const byte Type = 1;

    /// <summary>Bytes that sealing adds.</summary>
    public const int Overhead = 1 + Hpke.Overhead;

    /// <summary>Seals.</summary>
    /// <param name="key">The receiver's key.</param>
    /// <param name="plaintext">What is sealed.</param>
    /// <param name="info">What it is for; opening must say the same.</param>
    /// <param name="associatedData">What it belongs to; opening must say the same.</param>
    /// <param name="random">Where the ephemeral key comes from.</param>
    /// <exception cref="ProtocolException">Bad key: the receiver's is of small order.</exception>
    public static byte[] Seal(
        this PublicKey key,
        ReadOnlySpan<byte> plaintext,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> associatedData,
        RandomSource random)
    {
        try
        {
            return [Type, .. Hpke.Seal(key.Point, info, associatedData, plaintext, random)];
        }
        catch (ArgumentException)
        {
            throw new ProtocolException(ProtocolError.BadKey, "A public key is of small order.");
        }
    }

    /// <summary>Opens.</summary>
    /// <exception cref="ProtocolException">Malformed: too short; unknown version: another type byte; or not authentic.</exception>
    public static byte[] Open(
        this PrivateKey key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> info, ReadOnlySpan<byte> associatedData)
    {
        if (sealedBytes.IsEmpty)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A sealed value is empty.");
        }

        if (sealedBytes[0] != Type)
        {
            throw new ProtocolException(ProtocolError.UnknownVersion, "A sealed value has an unknown type.");
        }

        if (sealedBytes.Length < Overhead)
        {
            throw new ProtocolException(ProtocolError.Malformed, "A sealed value is too short.");
        }

        return Hpke.TryOpen(key.Reveal(), info, associatedData, sealedBytes[1..], out var plaintext)
            ? plaintext
            : throw new ProtocolException(ProtocolError.NotAuthentic, "A sealed value is not authentic, or was sealed for another key.");
    }
}
