using Fluister.Cryptography.Credentials;
using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Protocol.ZkGroup;

/// <summary>A server's keys for one of zkgroup's own credentials (crypto/credentials.rs).</summary>
internal sealed class CredentialKeyPair
{
    private CredentialKeyPair(CredentialKey key, int attributes)
    {
        Key = key;
        Public = new CredentialPublicKey(key.Commitment, key.Public(attributes));
    }

    /// <summary>Makes and checks MACs.</summary>
    public CredentialKey Key { get; }

    /// <summary>What clients know.</summary>
    public CredentialPublicKey Public { get; }

    /// <summary>The next key pair out of a hash object.</summary>
    /// <param name="shape">How many scalars y are kept, and how many attributes the credentials have.</param>
    /// <param name="sho">Secret.</param>
    public static CredentialKeyPair Generate((int Scalars, int Attributes) shape, Sho sho) =>
        new(CredentialKey.Generate(ZkSystem.Credentials, shape.Scalars, sho), shape.Attributes);

    /// <summary>Reads.</summary>
    /// <exception cref="ProtocolException">Malformed, or the points are not those of the scalars.</exception>
    public static CredentialKeyPair Read((int Scalars, int Attributes) shape, ref ZkReader reader)
    {
        var (w, wPrime, point, x0, x1) = (reader.Scalar(), reader.Scalar(), reader.Point(), reader.Scalar(), reader.Scalar());
        var y = new Scalar25519[shape.Scalars];
        foreach (ref var scalar in y.AsSpan())
        {
            scalar = reader.Scalar();
        }

        var pair = new CredentialKeyPair(new CredentialKey(ZkSystem.Credentials, w, wPrime, x0, x1, y), shape.Attributes);
        Array.Clear(y);
        var given = CredentialPublicKey.Read(ref reader);
        return RistrettoPoint.FixedTimeEquals(point, pair.Key.W)
            && RistrettoPoint.FixedTimeEquals(given.Commitment, pair.Public.Commitment)
            && RistrettoPoint.FixedTimeEquals(given.I, pair.Public.I)
            ? pair
            : throw new ProtocolException(ProtocolError.BadKey, "A key pair whose halves do not belong together.");
    }

    /// <summary>Writes 32 bytes for each of 7 values and of the scalars y.</summary>
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

        Public.Write(ref writer);
    }
}
