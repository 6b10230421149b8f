using Fluister.Wire.Descriptors;

namespace Fluister.Server.Identity;

/// <summary>The file of a server's keys. All from <c>ZkSeed</c> on came later: without that it is derived, without the others there is
/// no such thing.</summary>
/// <remarks><c>Genesis</c>, <c>Root</c>, <c>Signer</c>, <c>NextSigner</c> and <c>Identity</c> are private keys. <c>Keys</c> are the public
/// halves of the identity keys after the first, <c>Identity</c> the last one's. <c>SealedFrom</c> is in milliseconds since 1970.</remarks>
internal sealed record ServerKeysJson(
    byte[] Genesis,
    byte[] Root,
    byte[] Signer,
    byte[] Certificate,
    byte[] Limits,
    byte[]? ZkSeed = null,
    byte[]? Identity = null,
    IReadOnlyList<DescriptorKey>? Keys = null,
    byte[]? NetworkRoot = null,
    long? SealedFrom = null,
    byte[]? NextSigner = null);
