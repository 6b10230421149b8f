using Fluister.Cryptography.Credentials;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup;

/// <summary>A server's keys for credentials of two to seven attributes, of any kind (zkcredential/src/credentials.rs, in the mode of
/// the params that exist: the first scalar y is the same whatever the number of attributes is).</summary>
internal sealed class GenericKeyPair
{
    /// <summary>Most attributes of a credential: one for all that is public, and three that have two points each.</summary>
    public const int Attributes = 7;

    private GenericKeyPair(CredentialKey key)
    {
        Key = key;
        Public = new GenericPublicKey(key.Commitment, [.. Enumerable.Range(2, Attributes - 1).Select(key.Public)]);
    }

    /// <summary>Makes and checks MACs.</summary>
    public CredentialKey Key { get; }

    /// <summary>What clients know.</summary>
    public GenericPublicKey Public { get; }

    /// <summary>The key pair of 32 random bytes.</summary>
    public static GenericKeyPair Generate(ReadOnlySpan<byte> randomness)
    {
        using var sho = ZkSystem.Sho("Signal_ZKCredential_CredentialPrivateKey_generate_20230410"u8, randomness);
        return new GenericKeyPair(CredentialKey.Generate(ZkSystem.Generic, Attributes, sho));
    }

    /// <summary>Reads.</summary>
    /// <exception cref="ProtocolException">Malformed, or the point is not that of the scalars.</exception>
    public static GenericKeyPair Read(ref ZkReader reader)
    {
        var (w, wPrime, point, x0, x1) = (reader.Scalar(), reader.Scalar(), reader.Point(), reader.Scalar(), reader.Scalar());
        var y = new Scalar25519[Attributes];
        foreach (ref var scalar in y.AsSpan())
        {
            scalar = reader.Scalar();
        }

        var key = new CredentialKey(ZkSystem.Generic, w, wPrime, x0, x1, y);
        Array.Clear(y);
        return RistrettoPoint.FixedTimeEquals(point, key.W)
            ? new GenericKeyPair(key)
            : throw new ProtocolException(ProtocolError.BadKey, "A key whose values do not belong together.");
    }

    /// <summary>Writes 384 bytes.</summary>
    public void Write(ref ZkWriter writer)
    {
        writer.Scalar(Key.SmallW);
        writer.Scalar(Key.WPrime);
        writer.Point(Key.W);
        writer.Scalar(Key.X0);
        writer.Scalar(Key.X1);
        foreach (ref readonly var scalar in Key.Y)
        {
            writer.Scalar(scalar);
        }
    }
}
