using Fluister.Wire.Descriptors;

namespace Fluister.Server.Identity;

/// <summary>What a server asks a network's root to sign: its signer, for the tag that its first identity key gives.</summary>
internal sealed record MembershipRequestJson(
    int Format, string Domain, byte[] IdentityKey, uint CertificateId, byte[] SignerKey, IReadOnlyList<DescriptorKey>? Keys = null);

/// <summary>A request's bytes, JSON themselves, with the signature of the server's identity key of today over them.</summary>
internal sealed record SignedRequestJson(byte[] Request, byte[] Signature);

/// <summary>A root's answer: its public key, and the server certificate that it signed.</summary>
internal sealed record NetworkMembershipJson(int Format, byte[] Root, byte[] Certificate);

/// <summary>The file of a network's root: its private key.</summary>
internal sealed record NetworkRootJson(int Format, byte[] Root);
