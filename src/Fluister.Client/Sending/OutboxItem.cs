namespace Fluister.Client.Sending;

/// <summary>Something of the outbox, with its number there.</summary>
internal sealed record OutboxItem(long Number, OutgoingContent Outgoing);
