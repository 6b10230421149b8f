using Fluister.Cryptography.Credentials;
using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Protocol.ZkGroup;

/// <summary>The generators that all servers and clients share, made from labels.</summary>
internal static class ZkSystem
{
    // Those of the older kinds of credentials in their order: w, w', x0, x1, y1 to y4, m1 to m4, V, z, y5, y6, m5.
    private static readonly RistrettoPoint[] Points = MakePoints();

    /// <summary>For the credentials of zkgroup itself, of up to six attributes (crypto/credentials.rs).</summary>
    public static CredentialGenerators Credentials { get; } = new(
        Points[0], Points[1], Points[2], Points[3], Points[12], [.. Points[4..8], Points[14], Points[15]]);

    /// <summary>For the newer ones, of up to seven (zkcredential/src/credentials.rs).</summary>
    public static CredentialGenerators Generic { get; } = MakeGeneric();

    /// <summary>Makes the time and the level of a receipt a point.</summary>
    public static RistrettoPoint M1 => Points[8];

    /// <summary>Makes a receipt's serial a point.</summary>
    public static RistrettoPoint M2 => Points[9];

    /// <summary>A hash object that has absorbed a label and one input.</summary>
    public static ShoHmacSha256 Sho(ReadOnlySpan<byte> label, ReadOnlySpan<byte> input)
    {
        var sho = new ShoHmacSha256(label);
        sho.AbsorbAndRatchet(input);
        return sho;
    }

    private static RistrettoPoint[] MakePoints()
    {
        using var sho = Sho("Signal_ZKGroup_20200424_Constant_Credentials_SystemParams_Generate"u8, []);
        return [.. Enumerable.Range(0, 17).Select(_ => sho.SqueezePoint())];
    }

    private static CredentialGenerators MakeGeneric()
    {
        using var sho = new ShoSha256("Signal_ZKCredential_ConstantSystemParams_generate_20230410"u8);
        var points = Enumerable.Range(0, 6 + GenericKeyPair.Attributes).Select(_ => sho.SqueezePoint()).ToArray();
        return new CredentialGenerators(points[0], points[1], points[2], points[3], points[4], points[6..]);
    }
}
