using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>Some of what waits for a peer, as it is sent.</summary>
/// <param name="Transaction">The items, with their numbers.</param>
/// <param name="Items">The same.</param>
/// <param name="Last">Up to which number it was looked.</param>
internal sealed record OutboxBatch(Transaction Transaction, IReadOnlyList<WaitingItem> Items, long Last);
