using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>The holder's proof that what is shown hides a receipt of the server (crypto/proofs.rs).</summary>
internal static class ReceiptPresentation
{
    /// <summary>Bytes of a proof: the challenge and three responses.</summary>
    public const int ProofBytes = 4 * Scalar25519.Bytes;

    private static readonly ProofStatement Statement = new ProofStatement()
        .Add("Z", ("z", "I"))
        .Add("C_x1", ("t", "C_x0"), ("-zt", "G_x0"), ("z", "G_x1"))
        .Add("C_y1", ("z", "G_y1"))
        .Add("C_y2", ("z", "G_y2"));

    /// <summary>Proves.</summary>
    /// <param name="server">The server's public key.</param>
    /// <param name="t">The credential's scalar.</param>
    /// <param name="z">What hides the credential.</param>
    /// <param name="shown">The hidden credential.</param>
    /// <param name="randomness">32 bytes.</param>
    public static byte[] Prove(
        CredentialPublicKey server, in Scalar25519 t, in Scalar25519 z, in ReceiptCommitments shown, ReadOnlySpan<byte> randomness) =>
        Statement.Prove(
            new Dictionary<string, Scalar25519> { ["z"] = z, ["t"] = t, ["-zt"] = -(z * t) },
            Points(server, z * server.I, shown),
            [],
            randomness);

    /// <summary>Whether a presentation shows a receipt that these keys made.</summary>
    public static bool Verify(CredentialKeyPair keys, ReceiptCredentialPresentation presentation)
    {
        var (shown, key) = (presentation.Shown, keys.Key);
        var term = ReceiptAttributes.Term(presentation.Expiration, presentation.Level);
        var z = shown.V - key.W - (key.X0 * shown.X0) - (key.X1 * shown.X1)
            - (key.Y[0] * (shown.Y1 + term))
            - (key.Y[1] * (shown.Y2 + ReceiptAttributes.Serial(presentation.Serial.Span)));
        return Statement.Verify(presentation.Proof, Points(keys.Public, z, shown), []);
    }

    private static Dictionary<string, RistrettoPoint> Points(
        CredentialPublicKey server, in RistrettoPoint z, in ReceiptCommitments shown)
    {
        var system = ZkSystem.Credentials;
        return new Dictionary<string, RistrettoPoint>
        {
            ["Z"] = z,
            ["I"] = server.I,
            ["C_x0"] = shown.X0,
            ["C_x1"] = shown.X1,
            ["C_y1"] = shown.Y1,
            ["C_y2"] = shown.Y2,
            ["G_x0"] = system.X0,
            ["G_x1"] = system.X1,
            ["G_y1"] = system.Y[0],
            ["G_y2"] = system.Y[1],
        };
    }
}
