using System.Text.Json.Nodes;
using Fluister.Client.Attachments;
using Fluister.Client.Receiving;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Uploads the files of messages that stand in the history already, and sends the messages then. It goes on after a crash, at the
/// byte where the server is.</summary>
internal sealed class FileSender : IAsyncDisposable
{
    private const string Queue = "message upload";

    private readonly ClientContext _context;
    private readonly Sender _sender;
    private readonly OutgoingMessages _outgoing;
    private readonly AttachmentUpload _upload;
    private readonly JobLoop _loop;

    public FileSender(ClientContext context, Sender sender, OutgoingMessages outgoing, AttachmentUpload upload)
    {
        (_context, _sender, _outgoing, _upload) = (context, sender, outgoing, upload);
        _loop = new JobLoop(context, Queue, WorkAsync);
    }

    /// <summary>Begins to upload.</summary>
    public void Start() => _loop.Start();

    /// <summary>There is something new to upload, or the server is there again.</summary>
    public void Wake() => _loop.Wake();

    /// <summary>Waits until everything is uploaded, or given up.</summary>
    public Task IdleAsync(CancellationToken cancel) => _loop.IdleAsync(cancel);

    /// <summary>Within a transaction: sends a row, at once where it has no files, else when they are uploaded.</summary>
    /// <param name="to">For whom.</param>
    /// <param name="conversation">The conversation.</param>
    /// <param name="row">The message.</param>
    /// <param name="edit">The time of the edit that is sent; null for the message itself.</param>
    public void Send(ServiceId to, StoredConversation conversation, StoredMessage row, long? edit)
    {
        if (!Missing(row).Any())
        {
            Enqueue(to, conversation, row, edit, place: null);
            return;
        }

        // What is written after it waits for it, so that the reader has the writer's order.
        var place = _sender.Reserve(new OutgoingContent
        {
            Recipient = to,
            Timestamp = edit ?? row.SentAt,
            Content = default,
            Hint = ContentHint.Resendable,
            MessageId = row.Id,
        });
        var job = new JsonObject { ["messageId"] = row.Id, ["to"] = to.ToString(), ["place"] = place };
        job.Put("edit", edit);
        _context.Store.Jobs.Add(Queue, job, _context.Clock.GetUtcNow());
    }

    /// <summary>Ends the work; what is not uploaded goes on later.</summary>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    /// <summary>Writes into the store's form of a file where it lies at the server.</summary>
    public static void Describe(JsonObject file, UploadedAttachment uploaded)
    {
        file["cdnKey"] = uploaded.CdnKey;
        file["cdnNumber"] = uploaded.Cdn;
        file["key"] = Convert.ToBase64String(uploaded.Key.Span);
        file["digest"] = Convert.ToBase64String(uploaded.Seal.Digest.Span);
        file["uploadTimestamp"] = uploaded.At.ToUnixTimeMilliseconds();
        if (uploaded.Seal.ChunkBytes > 0)
        {
            file["incrementalMac"] = Convert.ToBase64String(uploaded.Seal.ChunkMacs.Span);
            file["chunkSize"] = uploaded.Seal.ChunkBytes;
        }
    }

    private static IEnumerable<JsonObject> Missing(StoredMessage row) =>
        AttachmentRows.Files(row.Json).Where(file => file.Edit < 0).Select(file => file.File)
            .Where(file => file.Text("path") is not null && file.Text("cdnKey") is null);

    private async Task WorkAsync(string id, JsonObject job, CancellationToken cancel)
    {
        while (_context.Store.Messages.Find(job.Text("messageId") ?? "") is { IsErased: false } row)
        {
            if (Missing(row).FirstOrDefault() is not { } file)
            {
                Finish(id, job, row);
                return;
            }

            var path = file.Text("path")!;
            try
            {
                var uploaded = await _upload.UploadAsync(
                    new LocalFile(path, file.Text("localKey") ?? "", file.Number("size") ?? 0, file.Text("plaintextHash") ?? ""),
                    job.Part("kept")?.Text(path),
                    kept => Keep(id, job, path, kept),
                    new TransferReport(_context, row, file, isUpload: true),
                    hasChunks: IsFilm(file),
                    cancel).ConfigureAwait(false);
                Note(row.Id, path, uploaded);
            }
            catch (ClientException failed) when (!WillPass(failed.Error))
            {
                GiveUp(id, job, failed);
                return;
            }
#pragma warning disable CA1031 // Whatever nobody foresaw: its place in the outbox must not hold up what was written after it for ever.
            catch (Exception unforeseen) when (unforeseen is not (ClientException or OperationCanceledException)
                && !EnvelopeTaker.IsOfStore(unforeseen))
#pragma warning restore CA1031
            {
                GiveUp(id, job, new ClientException(
                    ClientError.Malformed, $"A file of the message could not be uploaded ({unforeseen.GetType().Name}).", unforeseen));
                return;
            }
        }

        // Deleted meanwhile.
        _context.Store.Transact(() =>
        {
            _context.Store.Jobs.Remove(id);
            Leave(job);
        });
        _sender.Wake();
    }

    private static bool WillPass(ClientError error) =>
        error is ClientError.Unreachable or ClientError.RateLimited or ClientError.UntrustedServer or ClientError.Challenged
            or ClientError.Unlinked or ClientError.InUse;

    // Chunks' MACs let a film be watched while it comes; for other files they only make the message larger.
    private static bool IsFilm(JsonObject file) => file.Text("contentType")?.StartsWith("video/", StringComparison.Ordinal) == true;

    private void Keep(string id, JsonObject job, string path, string kept)
    {
        job["kept"] = new JsonObject { [path] = kept };
        _context.Store.Jobs.Update(id, job);
    }

    private void Note(string message, string path, UploadedAttachment uploaded) => _context.Store.Transact(() =>
    {
        if (_context.Store.Messages.Find(message) is not { } row)
        {
            return;
        }

        foreach (var (_, _, _, file) in AttachmentRows.Files(row.Json))
        {
            if (file.Text("path") == path)
            {
                Describe(file, uploaded);
            }
        }

        _context.Store.Messages.Update(row);
    });

    private void Finish(string id, JsonObject job, StoredMessage row)
    {
        _context.Store.Transact(() =>
        {
            _context.Store.Jobs.Remove(id);
            if (ServiceId.TryParse(job.Text("to"), out var to) && _context.Store.Conversations.Find(row.ConversationId) is { } conversation)
            {
                Enqueue(to, conversation, row, job.Number("edit"), job.Number("place"));
            }

            Leave(job);
        });
        _sender.Wake();
    }

    // The place in the outbox, where nothing was put into it.
    private void Leave(JsonObject job)
    {
        if (job.Number("place") is { } place && _context.Store.Outbox.Find(place) is { IsReady: false })
        {
            _context.Store.Outbox.Remove(place);
        }
    }

    private void Enqueue(ServiceId to, StoredConversation conversation, StoredMessage row, long? edit, long? place)
    {
        if (edit is not { } at)
        {
            _outgoing.Enqueue(to, RowContents.Of(_context, conversation, row), row.Id, place: place);
        }
        else if (row.Json.Parts("editHistory").FirstOrDefault(version => version.Number("timestamp") == at) is { } version)
        {
            var data = RowContents.Fill(
                RowContents.Begin(_context, conversation, at), version.Text("body"), version, isViewOnce: false, row.ExpireTimer);
            _outgoing.Enqueue(to, new EditMessage { TargetSentTimestamp = (ulong)row.SentAt, DataMessage = data }, row.Id, place);
        }
    }

    // In this order: after a crash in between the job finds that nothing waits for it any more.
    private void GiveUp(string id, JsonObject job, ClientException cause)
    {
        if (job.Number("place") is { } place)
        {
            _sender.GiveUp(place, cause);
        }

        _context.Store.Jobs.Remove(id);
    }
}
