using Fluister.Client.Attachments;
using Fluister.Client.Sending;
using Fluister.Client.Transport;

namespace Fluister.Client.Contents;

/// <summary>Everything about messages that goes on beside sending and receiving: files that come, go, and are removed.</summary>
internal sealed class ContentWork : IAsyncDisposable
{
    private readonly FileSweep _sweep;
    private readonly ContactLists _contacts;

    /// <summary>Takes the account's folder; what a crash left unfinished there is removed.</summary>
    public ContentWork(ClientContext context, Sender sender, HomeServerLink link, string folder)
    {
        Files = new AttachmentFiles(folder, context.Random);
        Files.Clean();
        var streams = new HomeServerStreams(link, context.Clock);
        var upload = new AttachmentUpload(context.Api, streams, Files, context.Clock, context.Random);
        var download = new AttachmentDownload(streams, Files, context.Clock, context.Random);
        Outgoing = new OutgoingMessages(context, sender);
        Drafts = new DraftRows(context, Files);
        Sender = new FileSender(context, sender, Outgoing, upload);
        Fetcher = new AttachmentFetcher(context, download, Files);
        _sweep = new FileSweep(context, Files);
        _contacts = new ContactLists(context, sender, Files, upload, download);
    }

    /// <summary>The account's files.</summary>
    public AttachmentFiles Files { get; }

    /// <summary>Puts messages into the outbox.</summary>
    public OutgoingMessages Outgoing { get; }

    /// <summary>Makes rows of drafts.</summary>
    public DraftRows Drafts { get; }

    /// <summary>Uploads files.</summary>
    public FileSender Sender { get; }

    /// <summary>Fetches files.</summary>
    public AttachmentFetcher Fetcher { get; }

    /// <summary>Begins to work.</summary>
    /// <param name="fetches">Whether to fetch files of messages that come.</param>
    public void Start(bool fetches)
    {
        Sender.Start();
        _sweep.Start();
        _contacts.Start();
        if (fetches)
        {
            Fetcher.Start();
        }
    }

    /// <summary>There is something new to do, or the server is there again.</summary>
    public void Wake()
    {
        Sender.Wake();
        Fetcher.Wake();
        _sweep.Wake();
        _contacts.Wake();
    }

    /// <summary>Ends the work; what is not done goes on the next time.</summary>
    public async ValueTask DisposeAsync()
    {
        await Sender.DisposeAsync().ConfigureAwait(false);
        await Fetcher.DisposeAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await _contacts.DisposeAsync().ConfigureAwait(false);
    }
}
