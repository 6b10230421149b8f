using Fluister.Protocol.Keys;

namespace Fluister.Protocol.PreKeys;

/// <summary>What the home server shows of a one-time pre-key.</summary>
public sealed record PublicPreKey(uint Id, PublicKey Key);
