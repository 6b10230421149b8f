using System.Text.Json.Nodes;
using Fluister.Client.Attachments;
using Fluister.Client.Sending;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Fetches the list of contacts that the primary device sent, and makes and sends that list where we are the primary.</summary>
internal sealed class ContactLists : IAsyncDisposable
{
    private readonly ClientContext _context;
    private readonly Sender _sender;
    private readonly AttachmentFiles _files;
    private readonly AttachmentUpload _upload;
    private readonly AttachmentDownload _download;
    private readonly JobLoop _lists;
    private readonly JobLoop _answers;

    public ContactLists(
        ClientContext context, Sender sender, AttachmentFiles files, AttachmentUpload upload, AttachmentDownload download)
    {
        (_context, _sender, _files, _upload, _download) = (context, sender, files, upload, download);
        _lists = new JobLoop(context, ContactList.Queue, FetchAsync);
        _answers = new JobLoop(context, DeviceAnswers.ContactsQueue, AnswerAsync);
    }

    /// <summary>Begins.</summary>
    public void Start()
    {
        _lists.Start();
        _answers.Start();
    }

    /// <summary>There is something new to do.</summary>
    public void Wake()
    {
        _lists.Wake();
        _answers.Wake();
    }

    /// <summary>Ends the work.</summary>
    public async ValueTask DisposeAsync()
    {
        await _lists.DisposeAsync().ConfigureAwait(false);
        await _answers.DisposeAsync().ConfigureAwait(false);
    }

    private async Task FetchAsync(string id, JsonObject job, CancellationToken cancel)
    {
        try
        {
            var local = await _download.DownloadAsync(
                AttachmentFetcher.Remote(job), ClientLimits.ContactListBytes, progress: null, cancel).ConfigureAwait(false);
            try
            {
                var list = new byte[local.Size];
                var plain = _files.Open(local);
                await using (plain.ConfigureAwait(false))
                {
                    await plain.ReadExactlyAsync(list, cancel).ConfigureAwait(false);
                }

                _context.Store.Transact(() => ContactList.Read(_context, list));
            }
            finally
            {
                _files.Delete(local.Path);
            }
        }
        catch (ClientException failed) when (failed.Error is ClientError.NotFound or ClientError.Malformed or ClientError.BadInput)
        {
            // It can be asked for again.
        }

        _context.Store.Jobs.Remove(id);
    }

    private async Task AnswerAsync(string id, JsonObject job, CancellationToken cancel)
    {
        LocalFile local;
        using (var writer = _files.Begin())
        {
            writer.Append(_context.Store.Read(() => ContactList.Write(_context)));
            local = writer.Complete();
        }

        try
        {
            var uploaded = await _upload.UploadAsync(local, kept: null, keep: null, progress: null, hasChunks: false, cancel)
                .ConfigureAwait(false);
            var file = new JsonObject { ["size"] = local.Size, ["contentType"] = "application/octet-stream" };
            FileSender.Describe(file, uploaded);
            _context.Store.Transact(() =>
            {
                _context.Store.Jobs.Remove(id);
                Syncs.Enqueue(_context, _sender, new SyncMessage
                {
                    Contacts = new SyncMessage.Types.Contacts { Blob = AttachmentParts.Write(file), Complete = true },
                });
            });
            _sender.Wake();
        }
        finally
        {
            _files.Delete(local.Path);
        }
    }
}
