using Fluister.Cryptography.Credentials;
using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>The server's proof that a receipt was made with the keys that it is known by (crypto/proofs.rs). Without it a server could
/// use another key for each client and know them by it.</summary>
internal static class ReceiptIssuance
{
    /// <summary>Bytes of a proof: the challenge and seven responses.</summary>
    public const int ProofBytes = 8 * Scalar25519.Bytes;

    private static readonly ProofStatement Statement = new ProofStatement()
        .Add("C_W", ("w", "G_w"), ("wprime", "G_wprime"))
        .Add("G_V-I", ("x0", "G_x0"), ("x1", "G_x1"), ("y1", "G_y1"), ("y2", "G_y2"))
        .Add("S1", ("y2", "D1"), ("rprime", ProofStatement.Generator))
        .Add("S2", ("y2", "D2"), ("rprime", "Y"), ("w", "G_w"), ("x0", "U"), ("x1", "tU"), ("y1", "M1"));

    /// <summary>Proves.</summary>
    /// <param name="keys">The server's keys.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="blinded">The receipt.</param>
    /// <param name="nonce">The random scalar that it was encrypted with.</param>
    /// <param name="term">The attribute that the server sees.</param>
    /// <param name="randomness">32 bytes.</param>
    public static byte[] Prove(
        CredentialKeyPair keys,
        ReceiptCredentialRequest request,
        in BlindedCredential blinded,
        in Scalar25519 nonce,
        in RistrettoPoint term,
        ReadOnlySpan<byte> randomness)
    {
        Dictionary<string, Scalar25519> scalars = new()
        {
            ["w"] = keys.Key.SmallW,
            ["wprime"] = keys.Key.WPrime,
            ["x0"] = keys.Key.X0,
            ["x1"] = keys.Key.X1,
            ["y1"] = keys.Key.Y[0],
            ["y2"] = keys.Key.Y[1],
            ["rprime"] = nonce,
        };
        return Statement.Prove(scalars, Points(keys.Public, request, blinded, term), [], randomness);
    }

    /// <summary>Whether a server's answer fits what was asked and the server's keys.</summary>
    public static bool Verify(CredentialPublicKey server, ReceiptCredentialRequest request, ReceiptCredentialResponse response) =>
        Statement.Verify(
            response.Proof,
            Points(server, request, response.Blinded, ReceiptAttributes.Term(response.Expiration, response.Level)),
            []);

    private static Dictionary<string, RistrettoPoint> Points(
        CredentialPublicKey server, ReceiptCredentialRequest request, in BlindedCredential blinded, in RistrettoPoint term)
    {
        var system = ZkSystem.Credentials;
        return new Dictionary<string, RistrettoPoint>
        {
            ["C_W"] = server.Commitment,
            ["G_w"] = system.W,
            ["G_wprime"] = system.WPrime,
            ["G_V-I"] = system.V - server.I,
            ["G_x0"] = system.X0,
            ["G_x1"] = system.X1,
            ["G_y1"] = system.Y[0],
            ["G_y2"] = system.Y[1],
            ["S1"] = blinded.S1,
            ["D1"] = request.D1,
            ["S2"] = blinded.S2,
            ["D2"] = request.D2,
            ["Y"] = request.Key,
            ["U"] = blinded.U,
            ["tU"] = blinded.T * blinded.U,
            ["M1"] = term,
        };
    }
}
