namespace Fluister.Client.Sending;

/// <summary>What came of something of the outbox, which is not there any more.</summary>
/// <param name="Sent">It was sent; null where it was given up.</param>
/// <param name="Failed">It was given up; null where it was sent.</param>
internal sealed record SendResult(MessageSent? Sent, SendFailed? Failed);
