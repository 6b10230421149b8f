using Fluister.Cryptography.Curves;

namespace Fluister.Cryptography.Credentials;

/// <summary>A credential whose V is encrypted (ElGamal) to the client, since the issuer saw some attributes only encrypted.</summary>
/// <param name="T">As in the credential.</param>
/// <param name="U">As in the credential.</param>
/// <param name="S1">The first half of the ciphertext of V.</param>
/// <param name="S2">The second half.</param>
public readonly record struct BlindedCredential(Scalar25519 T, RistrettoPoint U, RistrettoPoint S1, RistrettoPoint S2)
{
    /// <summary>Decrypts with the private key that the request was made with.</summary>
    public Credential Unblind(in Scalar25519 key) => new(T, U, S2 - (key * S1));
}
