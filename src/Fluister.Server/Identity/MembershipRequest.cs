using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Identity;

/// <summary>A server's request to a network's root, which it has signed with its identity key; so a root signs for nobody's tag but the
/// asker's own.</summary>
/// <param name="Genesis">The server's first identity key.</param>
/// <param name="Domain">What the server calls itself: for the person who signs, and in no certificate.</param>
/// <param name="CertificateId">The number that the certificate will have.</param>
/// <param name="Signer">The key that is to sign sender certificates.</param>
internal sealed record MembershipRequest(PublicKey Genesis, string Domain, uint CertificateId, PublicKey Signer)
{
    private const int Format = 1;

    // Stands before the request in what is signed, so that the signature is good for nothing else.
    private static ReadOnlySpan<byte> Purpose => "Fluister certificate request 1\0"u8;

    /// <summary>Names the server in ids.</summary>
    public ServerTag Tag => ServerTag.Of(Genesis);

    /// <summary>Asks, for a server.</summary>
    public static byte[] Write(ServerIdentity identity, string domain, RandomSource random)
    {
        var request = JsonSerializer.SerializeToUtf8Bytes(
            new MembershipRequestJson(
                Format,
                domain,
                identity.Genesis.Public.Serialized.ToArray(),
                identity.Certificate.Id + 1,
                (identity.NextSigner ?? identity.Signer).Public.Serialized.ToArray(),
                identity.Keys),
            IdentityJson.Default.MembershipRequestJson);
        return JsonSerializer.SerializeToUtf8Bytes(
            new SignedRequestJson(request, identity.Key.Private.Sign([.. Purpose, .. request], random)),
            IdentityJson.Default.SignedRequestJson);
    }

    /// <summary>Reads a request.</summary>
    /// <exception cref="InvalidDataException">It is none, or the server that it names has not signed it.</exception>
    public static MembershipRequest Read(ReadOnlySpan<byte> signed)
    {
        try
        {
            var given = JsonSerializer.Deserialize(signed, IdentityJson.Default.SignedRequestJson)!;
            var said = JsonSerializer.Deserialize(given.Request, IdentityJson.Default.MembershipRequestJson)!;
            var genesis = PublicKey.Read(said.IdentityKey);
            return said.Format == Format
                && said.CertificateId != 0
                && Uri.CheckHostName(said.Domain) == UriHostNameType.Dns
                && KeyHistory.Walk(genesis, said.Keys) is { } key
                && key.Verify([.. Purpose, .. given.Request], given.Signature)
                ? new MembershipRequest(genesis, said.Domain, said.CertificateId, PublicKey.Read(said.SignerKey))
                : throw new InvalidDataException("The server that the request names has not signed it.");
        }
        catch (Exception wrong) when (wrong is JsonException or Protocol.ProtocolException or NullReferenceException)
        {
            throw new InvalidDataException("That is no server's request for a certificate.", wrong);
        }
    }
}
