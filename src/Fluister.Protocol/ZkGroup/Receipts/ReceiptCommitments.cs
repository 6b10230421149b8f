using Fluister.Cryptography.Credentials;
using Fluister.Cryptography.Curves;

namespace Fluister.Protocol.ZkGroup.Receipts;

/// <summary>A credential and its attributes' places, hidden by one random scalar: what is shown instead of the credential.</summary>
/// <param name="X0">C_x0.</param>
/// <param name="X1">C_x1.</param>
/// <param name="Y1">C_y1, without its attribute: the server knows that one.</param>
/// <param name="Y2">C_y2, likewise.</param>
/// <param name="V">C_V.</param>
internal readonly record struct ReceiptCommitments(
    RistrettoPoint X0, RistrettoPoint X1, RistrettoPoint Y1, RistrettoPoint Y2, RistrettoPoint V)
{
    /// <summary>Hides a credential.</summary>
    public static ReceiptCommitments Of(in Credential credential, in Scalar25519 z)
    {
        var system = ZkSystem.Credentials;
        return new ReceiptCommitments(
            (z * system.X0) + credential.U,
            (z * system.X1) + (credential.T * credential.U),
            z * system.Y[0],
            z * system.Y[1],
            (z * system.V) + credential.V);
    }
}
