using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Sessions;

/// <summary>The pre-keys that the first message of a session used up.</summary>
/// <remarks>
/// <para>In one transaction with the session's record the caller deletes the one-time pre-key, and deletes the KEM pre-key if it is a
/// one-time one. If it is the last resort, the caller keeps it, and remembers the triple of KEM id, signed id and base key for as long as
/// it keeps that key: a second message with the same triple is a replay of an old handshake, and must be refused
/// (<see cref="ProtocolError.Duplicate"/>) with the record thrown away unwritten. Nothing else stops such a replay once the session
/// that it began has been dropped.</para>
/// </remarks>
/// <param name="OneTimeId">The one-time pre-key, if the handshake had one.</param>
/// <param name="SignedId">The signed pre-key.</param>
/// <param name="KemId">The KEM pre-key.</param>
/// <param name="BaseKey">The peer's key of this one handshake.</param>
public sealed record PreKeysUsed(uint? OneTimeId, uint SignedId, uint KemId, PublicKey BaseKey);
