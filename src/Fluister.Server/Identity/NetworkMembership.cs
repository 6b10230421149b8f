using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Protocol.SealedSender;

namespace Fluister.Server.Identity;

/// <summary>A root's answer to a server that asks to join its network.</summary>
/// <param name="Root">The network's root.</param>
/// <param name="Certificate">The server certificate that it signed, bound to the server's tag.</param>
internal sealed record NetworkMembership(PublicKey Root, ServerCertificate Certificate)
{
    private const int Format = 1;

    /// <summary>Makes the asker a member.</summary>
    public static NetworkMembership Grant(KeyPair root, MembershipRequest request, RandomSource random) => new(
        root.Public,
        ServerCertificate.Create(request.CertificateId, request.Signer, root.Private, random, request.Tag.ToBytes()));

    /// <summary>Reads a document; whether its certificate holds is seen when a server joins with it.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static NetworkMembership Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var given = JsonSerializer.Deserialize(json, IdentityJson.Default.NetworkMembershipJson);
            return given is { Format: Format }
                ? new NetworkMembership(PublicKey.Read(given.Root), ServerCertificate.Read(given.Certificate))
                : throw new InvalidDataException("It is of a form that this version does not know.");
        }
        catch (Exception wrong) when (wrong is JsonException or Protocol.ProtocolException)
        {
            throw new InvalidDataException("That is no certificate of a network's root.", wrong);
        }
    }

    /// <summary>The document.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(
        new NetworkMembershipJson(Format, Root.Serialized.ToArray(), Certificate.Serialized.ToArray()),
        IdentityJson.Default.NetworkMembershipJson);
}
