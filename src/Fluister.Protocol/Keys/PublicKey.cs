using System.Security.Cryptography;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.Keys;

/// <summary>A public key on Curve25519: agrees with X25519, verifies with XEdDSA.</summary>
public sealed class PublicKey : IEquatable<PublicKey>
{
    /// <summary>Bytes on the wire: the type byte and the point.</summary>
    public const int SerializedBytes = 33;

    /// <summary>The type byte of Curve25519, before the point.</summary>
    public const byte Type = 0x05;

    private readonly byte[] _serialized;

    private PublicKey(byte[] serialized) => _serialized = serialized;

    /// <summary>The point, 32 bytes.</summary>
    public ReadOnlySpan<byte> Point => _serialized.AsSpan(1);

    /// <summary>Type byte and point, 33 bytes.</summary>
    public ReadOnlySpan<byte> Serialized => _serialized;

    /// <summary>A key from its point, 32 bytes.</summary>
    public static PublicKey FromPoint(ReadOnlySpan<byte> point)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(point.Length, X25519.Bytes);
        return new PublicKey([Type, .. point]);
    }

    /// <summary>Reads 33 bytes; bytes behind them are ignored, as libsignal does.</summary>
    /// <exception cref="ProtocolException">Bad key: no or another type, or too short.</exception>
    public static PublicKey Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SerializedBytes || bytes[0] != Type)
        {
            throw new ProtocolException(ProtocolError.BadKey, "A public key must have the type byte 0x05 and 32 bytes more.");
        }

        return new PublicKey(bytes[..SerializedBytes].ToArray());
    }

    /// <summary>Whether the owner of this key made an XEdDSA signature, 64 bytes, of a message.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == XEdDsa.SignatureBytes && XEdDsa.Verify(Point, message, signature);

    /// <inheritdoc/>
    public bool Equals(PublicKey? other) => other is not null && CryptographicOperations.FixedTimeEquals(_serialized, other._serialized);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PublicKey);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_serialized, 1);
}
