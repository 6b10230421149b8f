using System.Text;
using System.Text.Json.Nodes;
using Fluister.Client.Attachments;
using Fluister.Client.Store;
using Fluister.Protocol.Attachments;

namespace Fluister.Client.Contents;

/// <summary>Fetches the files of messages that came, later than the messages, and again after a crash. A text that was too long for its
/// message takes its place as the message's text.</summary>
internal sealed class AttachmentFetcher : IAsyncDisposable
{
    private const string Queue = "attachment download";

    private readonly ClientContext _context;
    private readonly AttachmentDownload _download;
    private readonly AttachmentFiles _files;
    private readonly JobLoop _loop;

    public AttachmentFetcher(ClientContext context, AttachmentDownload download, AttachmentFiles files)
    {
        (_context, _download, _files) = (context, download, files);
        _loop = new JobLoop(context, Queue, WorkAsync);
    }

    /// <summary>Begins to fetch.</summary>
    public void Start() => _loop.Start();

    /// <summary>There is something new to fetch, or the server is there again.</summary>
    public void Wake() => _loop.Wake();

    /// <summary>Waits until nothing is left to fetch.</summary>
    public Task IdleAsync(CancellationToken cancel) => _loop.IdleAsync(cancel);

    /// <summary>Within a transaction: notes the files of a message that are to be fetched.</summary>
    public static void Enqueue(ClientStore store, StoredMessage message, DateTimeOffset now)
    {
        foreach (var (edit, _, _, file) in AttachmentRows.Files(message.Json))
        {
            if (edit < 0 && IsMissing(file) && file.Number("size") <= ClientLimits.AttachmentBytes)
            {
                store.Jobs.Add(Queue, new JsonObject { ["messageId"] = message.Id, ["cdnKey"] = file.Text("cdnKey") }, now);
            }
        }
    }

    /// <summary>Fetches one file now; nothing where it is here.</summary>
    /// <exception cref="ClientException">NotFound: no such file, or it is not at the server any more; Malformed, Unreachable,
    /// Store.</exception>
    public async Task FetchAsync(string messageId, int index, IProgress<(long Done, long Total)>? progress, CancellationToken cancel)
    {
        var row = _context.Store.Messages.Find(messageId);
        var file = row?.Json.Parts("attachments").ElementAtOrDefault(index)
            ?? throw new ClientException(ClientError.NotFound, "There is no such file in the history.");
        if (file.Text("path") is null)
        {
            await FetchAsync(row!, file, progress, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the work; what is not here is fetched later.</summary>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static bool IsMissing(JsonObject file) =>
        file.Text("path") is null && !file.Flag("error") && file.Text("cdnKey") is not null && file.Text("key") is not null
        && file.Text("digest") is not null;

    private async Task WorkAsync(string id, JsonObject job, CancellationToken cancel)
    {
        var place = job.Text("cdnKey");
        var row = _context.Store.Messages.Find(job.Text("messageId") ?? "");
        var file = row is null ? null : AttachmentRows.Files(row.Json).Select(known => known.File)
            .FirstOrDefault(known => IsMissing(known) && known.Text("cdnKey") == place);
        if (file is not null)
        {
            try
            {
                await FetchAsync(row!, file, new TransferReport(_context, row!, file, isUpload: false), cancel).ConfigureAwait(false);
            }
            catch (ClientException failed) when (failed.Error is ClientError.NotFound or ClientError.Malformed or ClientError.BadInput
                or ClientError.Refused)
            {
                Change(row!.Id, place!, known => known["error"] = true);
                _context.Store.Jobs.Remove(id);
                _context.Tell(new AttachmentFetched(row.Id, TransferReport.IndexOf(row, file), failed));
                return;
            }
        }

        _context.Store.Jobs.Remove(id);
    }

    private async Task FetchAsync(
        StoredMessage row, JsonObject file, IProgress<(long Done, long Total)>? progress, CancellationToken cancel)
    {
        var local = await _download.DownloadAsync(Remote(file), ClientLimits.AttachmentBytes, progress, cancel).ConfigureAwait(false);
        var text = AttachmentParts.IsLongText(file) ? ReadText(local) : null;
        if (!Change(row.Id, file.Text("cdnKey")!, known => Fetched(known, local), text))
        {
            // The message is gone, and nobody else knows the file.
            _files.Delete(local.Path);
        }

        _context.Tell(new AttachmentFetched(row.Id, TransferReport.IndexOf(row, file)));
    }

    /// <summary>Where a file lies, from the store's form.</summary>
    /// <exception cref="ClientException">Malformed: it does not say so.</exception>
    public static RemoteFile Remote(JsonObject file) => file.Bytes("key") is { } key && file.Bytes("digest") is { } digest
        && file.Text("cdnKey") is { } place
            ? new RemoteFile(
                (int)Math.Clamp(file.Number("cdnNumber") ?? 0, 0, int.MaxValue),
                place,
                key,
                new AttachmentSeal(
                    file.Number("size") ?? 0,
                    digest,
                    ReadOnlyMemory<byte>.Empty,
                    (int)Math.Clamp(file.Number("chunkSize") ?? 0, 0, int.MaxValue),
                    file.Bytes("incrementalMac") ?? []))
            : throw new ClientException(ClientError.Malformed, "The message does not say where its file is, or how it is encrypted.");

    private static void Fetched(JsonObject file, LocalFile local)
    {
        file["path"] = local.Path;
        file["localKey"] = local.LocalKey;
        file["plaintextHash"] = local.PlaintextHash;
        file["version"] = LocalFile.Version;
        file.Remove("pending");
        file.Remove("error");
    }

    // Its size is checked against the message before; the message may say more than Signal's 64 KiB.
    private string? ReadText(LocalFile local)
    {
        if (local.Size > ClientLimits.LongTextBytes)
        {
            return null;
        }

        using var plain = _files.Open(local);
        using var reader = new StreamReader(plain, Encoding.UTF8);
        return CleanText.Of(reader.ReadToEnd(), ClientLimits.LongTextBytes);
    }

    // The message may have been edited, deleted or answered while its file came: only the file's own fields are written.
    private bool Change(string messageId, string place, Action<JsonObject> change, string? text = null) => _context.Store.Transact(() =>
    {
        if (_context.Store.Messages.Find(messageId) is not { } row)
        {
            return false;
        }

        var isFound = false;
        foreach (var (_, _, _, file) in AttachmentRows.Files(row.Json))
        {
            if (file.Text("cdnKey") == place && file.Text("path") is null)
            {
                change(file);
                isFound = true;
            }
        }

        if (!isFound)
        {
            return false;
        }

        if (text is not null)
        {
            foreach (var version in row.Json.Parts("editHistory"))
            {
                if (version.Part("bodyAttachment")?.Text("cdnKey") == place)
                {
                    version["body"] = text;
                }
            }
        }

        _context.Store.Messages.Update(
            text is not null && row.Json.Part("bodyAttachment")?.Text("cdnKey") == place ? row with { Body = text } : row);
        return true;
    });
}
