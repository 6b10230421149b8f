using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography.Curves;

namespace Fluister.Server.Operations;

/// <summary>Public keys whose secret halves nobody has: what clients are built with for services that a network does not run.</summary>
/// <remarks>Clients parse these keys when they start, so that none may be malformed. Each is a hash of a sentence, read as a point, so
/// that anybody can see that it was not made from a secret: nothing is ever verified by it.</remarks>
internal static class NobodysKeys
{
    /// <summary>Points of a credential's public key (libsignal, zkcredential, CredentialPublicKey).</summary>
    private const int CredentialPoints = 7;

    /// <summary>Three Ed25519 keys, in hex: the first SHA-256 of "fluister: nobody's key: key transparency NAME N", N from 0, that is
    /// a point of high order.</summary>
    public const string Signing = "bb8d1ccf054cc627d886de72ed3574d330284dce11a025b1d6a0412a83b39f98";

    /// <inheritdoc cref="Signing"/>
    public const string Vrf = "5e0303c56206b6357b57e412c1ab15a1372c50cb74cfd869c79b6932956b789c";

    /// <inheritdoc cref="Signing"/>
    public const string Auditor = "51a05f247234efa223ed7bcaa718fb04f1ae3338344f04ea78c6073183327d73";

    /// <summary>A Curve25519 key with its type byte: for signatures of updates.</summary>
    public static byte[] Curve(string name) => [0x05, .. SHA256.HashData(Sentence(name))];

    /// <summary>What clients call a server's generic public params: 225 bytes, a version and Ristretto points.</summary>
    public static byte[] GenericParams(string name)
    {
        var bytes = new byte[1 + (CredentialPoints * RistrettoPoint.Bytes)];
        for (var index = 0; index < CredentialPoints; index++)
        {
            RistrettoPoint.FromUniformBytes(SHA512.HashData(Sentence($"{name} {index}")))
                .Encode(bytes.AsSpan(1 + (index * RistrettoPoint.Bytes), RistrettoPoint.Bytes));
        }

        return bytes;
    }

    private static byte[] Sentence(string name) => Encoding.UTF8.GetBytes($"fluister: nobody's key: {name}");
}
