namespace Fluister.Server.Identity;

/// <summary>The file of a server's keys. <c>ZkSeed</c> came later: without one it is derived.</summary>
internal sealed record ServerKeysJson(
    byte[] Genesis, byte[] Root, byte[] Signer, byte[] Certificate, byte[] Limits, byte[]? ZkSeed = null);
