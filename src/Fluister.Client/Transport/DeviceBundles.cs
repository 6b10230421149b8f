using Fluister.Protocol.Keys;
using Fluister.Protocol.PreKeys;

namespace Fluister.Client.Transport;

/// <summary>The published keys of an account's devices.</summary>
internal sealed record DeviceBundles(IdentityKey Identity, IReadOnlyList<(int Device, PreKeyBundle Bundle)> Devices);
