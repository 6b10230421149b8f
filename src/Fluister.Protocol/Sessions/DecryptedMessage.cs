using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Sessions;

/// <summary>What a message gave.</summary>
/// <param name="Plaintext">The content, still padded.</param>
/// <param name="RemoteIdentity">The peer's identity key, to be saved if none was pinned.</param>
/// <param name="PreKeysUsed">What is used up, where the message began a session; none for a message of a session that was known.</param>
public sealed record DecryptedMessage(byte[] Plaintext, IdentityKey RemoteIdentity, PreKeysUsed? PreKeysUsed);
