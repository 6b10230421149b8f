using Fluister.Cryptography.Curves;
using Fluister.Cryptography.Proofs;

namespace Fluister.Cryptography.Credentials;

/// <summary>An issuer's secret key: makes and checks algebraic MACs over attributes that are points of ristretto255.</summary>
/// <remarks>Chase, Perrin and Zaverucha, "The Signal Private Group System", section 3.1. Nothing takes a time that depends on the
/// scalars.</remarks>
public sealed class CredentialKey
{
    private readonly Scalar25519[] _y;

    /// <summary>A key of these scalars.</summary>
    /// <param name="generators">The kind of credentials.</param>
    /// <param name="w">w.</param>
    /// <param name="wPrime">w'.</param>
    /// <param name="x0">x0.</param>
    /// <param name="x1">x1.</param>
    /// <param name="y">y, one for each attribute; may be more than there are generators, where a format says so.</param>
    public CredentialKey(
        CredentialGenerators generators,
        in Scalar25519 w,
        in Scalar25519 wPrime,
        in Scalar25519 x0,
        in Scalar25519 x1,
        ReadOnlySpan<Scalar25519> y)
    {
        (Generators, SmallW, WPrime, X0, X1, _y) = (generators, w, wPrime, x0, x1, y.ToArray());
        W = w * generators.W;
        Commitment = W + (wPrime * generators.WPrime);
    }

    /// <summary>The kind of credentials.</summary>
    public CredentialGenerators Generators { get; }

    /// <summary>w.</summary>
    public Scalar25519 SmallW { get; }

    /// <summary>w'.</summary>
    public Scalar25519 WPrime { get; }

    /// <summary>x0.</summary>
    public Scalar25519 X0 { get; }

    /// <summary>x1.</summary>
    public Scalar25519 X1 { get; }

    /// <summary>y, from the first attribute's on.</summary>
    public ReadOnlySpan<Scalar25519> Y => _y;

    /// <summary>W = w G_w, secret too.</summary>
    public RistrettoPoint W { get; }

    /// <summary>C_W = w G_w + w' G_w', which is public.</summary>
    public RistrettoPoint Commitment { get; }

    /// <summary>Squeezes a key out of a hash object.</summary>
    /// <param name="generators">The kind of credentials.</param>
    /// <param name="scalars">How many y the key has.</param>
    /// <param name="sho">Secret: whoever knows its state knows the key.</param>
    public static CredentialKey Generate(CredentialGenerators generators, int scalars, Sho sho)
    {
        var (w, wPrime, x0, x1) = (sho.SqueezeScalar(), sho.SqueezeScalar(), sho.SqueezeScalar(), sho.SqueezeScalar());
        var y = new Scalar25519[scalars];
        foreach (ref var scalar in y.AsSpan())
        {
            scalar = sho.SqueezeScalar();
        }

        var key = new CredentialKey(generators, w, wPrime, x0, x1, y);
        Array.Clear(y);
        return key;
    }

    /// <summary>I = G_V - x0 G_x0 - x1 G_x1 - the sum of y_i G_yi, which is public: by it a client's proof is checked.</summary>
    /// <param name="attributes">How many attributes the credentials have.</param>
    public RistrettoPoint Public(int attributes)
    {
        var point = Generators.V - (X0 * Generators.X0) - (X1 * Generators.X1);
        for (var i = 0; i < attributes; i++)
        {
            point -= _y[i] * Generators.Y[i];
        }

        return point;
    }

    /// <summary>The MAC over the first attributes. Where the client blinded further ones, the caller adds them.</summary>
    public Credential Issue(ReadOnlySpan<RistrettoPoint> attributes, Sho sho)
    {
        var (t, u) = (sho.SqueezeScalar(), sho.SqueezePoint());
        var v = W + ((X0 + (X1 * t)) * u);
        for (var i = 0; i < attributes.Length; i++)
        {
            v += _y[i] * attributes[i];
        }

        return new Credential(t, u, v);
    }
}
