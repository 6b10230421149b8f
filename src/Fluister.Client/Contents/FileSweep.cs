using System.Text.Json.Nodes;
using Fluister.Client.Attachments;

namespace Fluister.Client.Contents;

/// <summary>Removes the files of messages that are gone.</summary>
internal sealed class FileSweep : IAsyncDisposable
{
    private readonly ClientContext _context;
    private readonly AttachmentFiles _files;
    private readonly JobLoop _loop;

    public FileSweep(ClientContext context, AttachmentFiles files)
    {
        (_context, _files) = (context, files);
        _loop = new JobLoop(context, FileRemovals.Queue, WorkAsync);
    }

    /// <summary>Begins.</summary>
    public void Start() => _loop.Start();

    /// <summary>Messages are gone.</summary>
    public void Wake() => _loop.Wake();

    /// <summary>Waits until no such file is left.</summary>
    public Task IdleAsync(CancellationToken cancel) => _loop.IdleAsync(cancel);

    /// <summary>Ends the work.</summary>
    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private Task WorkAsync(string id, JsonObject job, CancellationToken cancel)
    {
        if (job.Text("path") is { } path)
        {
            _files.Delete(path);
        }

        _context.Store.Jobs.Remove(id);
        return Task.CompletedTask;
    }
}
