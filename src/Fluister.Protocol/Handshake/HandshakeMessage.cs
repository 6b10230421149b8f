using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Handshake;

/// <summary>What a handshake says to the other side: the base key of this one handshake, and the KEM ciphertext with its type
/// byte.</summary>
internal sealed record HandshakeMessage(PublicKey BaseKey, ReadOnlyMemory<byte> KemCiphertext);
