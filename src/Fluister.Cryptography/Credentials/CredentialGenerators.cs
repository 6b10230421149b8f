using Fluister.Cryptography.Curves;

namespace Fluister.Cryptography.Credentials;

/// <summary>The points that every issuer of one kind of credentials shares; nobody knows one as a multiple of another.</summary>
/// <param name="W">G_w.</param>
/// <param name="WPrime">G_w'.</param>
/// <param name="X0">G_x0.</param>
/// <param name="X1">G_x1.</param>
/// <param name="V">G_V.</param>
/// <param name="Y">G_y, one for each attribute that a credential can have.</param>
/// <remarks>The names are those of Chase, Perrin and Zaverucha, "The Signal Private Group System", section 3.1.</remarks>
public sealed record CredentialGenerators(
    RistrettoPoint W,
    RistrettoPoint WPrime,
    RistrettoPoint X0,
    RistrettoPoint X1,
    RistrettoPoint V,
    IReadOnlyList<RistrettoPoint> Y);
