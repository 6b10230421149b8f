namespace Fluister.Server.Identity;

/// <summary>The file of a server's keys.</summary>
internal sealed record ServerKeysJson(byte[] Genesis, byte[] Root, byte[] Signer, byte[] Certificate, byte[] Limits);
