using Fluister.Protocol.PreKeys;

namespace Fluister.Protocol.Sessions;

/// <summary>The pre-keys that a pre-key message names, as far as they are still held.</summary>
/// <remarks>None is needed where <see cref="SessionRecord.Knows"/> says so; a missing one is an error only where it is needed.</remarks>
public sealed record HeldPreKeys(SignedPreKey? Signed, KemPreKey? Kem, PreKey? OneTime);
