namespace Fluister.Server.Federation;

/// <summary>An item in the outbox, as it was read.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Account">Whom it is about.</param>
/// <param name="Size">Bytes that it counts for.</param>
/// <param name="Payload">The payload that it shares; 0 for none.</param>
/// <param name="IsNext">Nothing is between it and the item that was read before it.</param>
internal readonly record struct WaitingItem(long Number, Guid Account, int Size, long Payload, bool IsNext);
