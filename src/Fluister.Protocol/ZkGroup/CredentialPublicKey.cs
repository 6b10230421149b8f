using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup;

/// <summary>The public half of a key of zkgroup's own credentials.</summary>
/// <param name="Commitment">C_W.</param>
/// <param name="I">I, for all attributes.</param>
internal readonly record struct CredentialPublicKey(RistrettoPoint Commitment, RistrettoPoint I)
{
    /// <summary>Reads.</summary>
    public static CredentialPublicKey Read(ref ZkReader reader) => new(reader.Point(), reader.Point());

    /// <summary>Writes 64 bytes.</summary>
    public void Write(ref ZkWriter writer)
    {
        writer.Point(Commitment);
        writer.Point(I);
    }
}
