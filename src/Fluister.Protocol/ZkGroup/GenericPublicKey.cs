using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup;

/// <summary>The public half of a <see cref="GenericKeyPair"/>.</summary>
/// <param name="Commitment">C_W.</param>
/// <param name="I">I for credentials of two attributes, of three, and so on.</param>
internal sealed record GenericPublicKey(RistrettoPoint Commitment, IReadOnlyList<RistrettoPoint> I)
{
    /// <summary>Reads.</summary>
    public static GenericPublicKey Read(ref ZkReader reader)
    {
        var commitment = reader.Point();
        var points = new RistrettoPoint[GenericKeyPair.Attributes - 1];
        for (var i = 0; i < points.Length; i++)
        {
            points[i] = reader.Point();
        }

        return new GenericPublicKey(commitment, points);
    }

    /// <summary>Writes 224 bytes.</summary>
    public void Write(ref ZkWriter writer)
    {
        writer.Point(Commitment);
        foreach (var point in I)
        {
            writer.Point(point);
        }
    }
}
