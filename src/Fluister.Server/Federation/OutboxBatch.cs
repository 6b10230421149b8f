using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>Some of what waits for a peer, as it is sent.</summary>
/// <param name="Transaction">The items, with their numbers.</param>
/// <param name="Payloads">For each item the number of the payload that it shares; 0 for none.</param>
/// <param name="Last">Up to which number it was looked.</param>
internal sealed record OutboxBatch(Transaction Transaction, IReadOnlyList<long> Payloads, long Last);
