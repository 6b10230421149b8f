namespace Fluister.Server.Federation;

/// <summary>What waits for a peer, as the writer knows it: how many items, and how many bytes.</summary>
internal readonly record struct OutboxState(int Items, long Bytes);
