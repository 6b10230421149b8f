namespace Fluister.Client;

// Files of messages.
public sealed partial class AccountClient
{
    /// <summary>Whether files of messages that come are fetched by themselves, of people who may write to us; set before
    /// connecting.</summary>
    public bool FetchesAttachments { get; set; } = true;

    /// <summary>Fetches a file of a message, where it is not here yet.</summary>
    /// <param name="messageId">The message's id in the history.</param>
    /// <param name="index">The file's place among the message's files.</param>
    /// <param name="progress">Encrypted bytes that have come, of all.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ClientException">NotFound, Malformed, Unreachable, Store.</exception>
    public Task FetchAttachmentAsync(string messageId, int index, IProgress<(long Done, long Total)>? progress, CancellationToken cancel) =>
        _contents.Fetcher.FetchAsync(messageId, index, progress, cancel);

    /// <summary>Waits until every file that was to be fetched is here, or given up.</summary>
    public Task AttachmentsFetchedAsync(CancellationToken cancel) => _contents.Fetcher.IdleAsync(cancel);
}
