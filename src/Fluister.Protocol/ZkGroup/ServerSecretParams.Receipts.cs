using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Credentials;
using Fluister.Cryptography.Curves;
using Fluister.Protocol.ZkGroup.Receipts;

namespace Fluister.Protocol.ZkGroup;

public sealed partial class ServerSecretParams
{
    /// <summary>Gives a receipt for a serial that the server does not see.</summary>
    /// <param name="request">The client's request; any is answered.</param>
    /// <param name="expiration">When it expires, in seconds since 1970; clients refuse one within a day.</param>
    /// <param name="level">What it is good for.</param>
    /// <param name="random">32 bytes are taken.</param>
    public ReceiptCredentialResponse IssueReceipt(
        ReceiptCredentialRequest request, ulong expiration, ulong level, RandomSource random)
    {
        using var sho = Begin("Signal_ZKGroup_20210919_Random_ServerSecretParams_IssueReceiptCredential"u8, random);
        var term = ReceiptAttributes.Term(expiration, level);
        var made = _receipt.Key.Issue([term], sho);

        // The second attribute joins encrypted as the client sent it, so that V comes out encrypted to the client.
        var nonce = sho.SqueezeScalar();
        var y2 = _receipt.Key.Y[1];
        var blinded = new BlindedCredential(
            made.T,
            made.U,
            (y2 * request.D1) + RistrettoPoint.MultiplyBase(nonce),
            (y2 * request.D2) + (nonce * request.Key) + made.V);
        Span<byte> randomness = stackalloc byte[RandomBytes];
        sho.SqueezeAndRatchet(randomness);
        var proof = ReceiptIssuance.Prove(_receipt, request, blinded, nonce, term, randomness);
        CryptographicOperations.ZeroMemory(randomness);
        return new ReceiptCredentialResponse(expiration, level, blinded, proof);
    }

    /// <summary>Whether somebody shows a receipt that this server gave; whether it is still good, and was not taken yet, is for the
    /// caller to see.</summary>
    public bool Verify(ReceiptCredentialPresentation presentation) => ReceiptPresentation.Verify(_receipt, presentation);
}
