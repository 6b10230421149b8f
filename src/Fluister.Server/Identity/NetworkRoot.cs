using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Server.Identity;

/// <summary>The root of a network of several servers: the key that says of each member that its certificates are good for the accounts
/// of its own tag. It is kept away from servers and networks, and needed when one joins or has a new signer.</summary>
internal sealed class NetworkRoot(KeyPair key)
{
    private const int Format = 1;

    /// <summary>What clients trust.</summary>
    public PublicKey Public => key.Public;

    /// <summary>A fresh one.</summary>
    public static NetworkRoot Generate(RandomSource random) => new(KeyPair.Generate(random));

    /// <summary>Reads the file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are no root.</exception>
    public static NetworkRoot Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var secret = new PrivateKey(JsonSerializer.Deserialize(json, IdentityJson.Default.NetworkRootJson)!.Root);
            return new NetworkRoot(new KeyPair(secret.PublicKey(), secret));
        }
        catch (Exception wrong) when (wrong is JsonException or Protocol.ProtocolException or ArgumentException
            or NullReferenceException)
        {
            throw new InvalidDataException("The file does not hold a network's root.", wrong);
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(
        new NetworkRootJson(Format, key.Private.Reveal().ToArray()), IdentityJson.Default.NetworkRootJson);

    /// <summary>Makes the asker a member: a certificate for its signer, which is bound to its tag.</summary>
    public NetworkMembership Admit(MembershipRequest request, RandomSource random) => NetworkMembership.Grant(key, request, random);
}
