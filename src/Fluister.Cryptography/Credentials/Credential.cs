using Fluister.Cryptography.Curves;

namespace Fluister.Cryptography.Credentials;

/// <summary>An algebraic MAC over attributes: what a client holds of its issuer's word.</summary>
/// <param name="T">A random scalar.</param>
/// <param name="U">A random point.</param>
/// <param name="V">W + (x0 + x1 t) U + the sum of y_i M_i over the attributes M_i.</param>
public readonly record struct Credential(Scalar25519 T, RistrettoPoint U, RistrettoPoint V);
