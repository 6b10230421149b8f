using Fluister.Wire;
using Fluister.Wire.Protos.Federation;

namespace Fluister.Server.Federation;

/// <summary>Something for a peer; its number is given when it is appended.</summary>
/// <param name="Peer">For whom.</param>
/// <param name="Account">Whom it is about, which orders it: as <c>Item.account</c>.</param>
/// <param name="Item">What, without number and account.</param>
internal sealed record OutboxItem(ServerTag Peer, Guid Account, Item Item);
