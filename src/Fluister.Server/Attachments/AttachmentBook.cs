using Fluister.Server.Requests;

namespace Fluister.Server.Attachments;

/// <summary>Uploads and attachments: what the database says of them, and their files.</summary>
/// <remarks>An attachment is there when the database says so, and it says so when all bytes are on the disk: nobody ever sees half of one.
/// Only then the file gets its hash as its name; where the machine goes down between the two, the next look does it.</remarks>
internal sealed class AttachmentBook(AttachmentStore store, AttachmentFiles files)
{
    /// <summary>The id in a key, as it is written: nothing that leads out of the folder; or none.</summary>
    public static Guid? Key(string key) => Guid.TryParseExact(key, "D", out var id) && id.ToString() == key ? id : null;

    /// <summary>Whether there is room on the disk for so many bytes more.</summary>
    public bool HasRoom(long bytes) => files.HasRoom(bytes);

    /// <summary>A whole attachment's file, or none.</summary>
    public FileInfo? Find(string key)
    {
        if (Key(key) is not { } id || store.Find(id) is not { Hash: { } hash } attachment)
        {
            return null;
        }

        if (files.Find(hash) is { } file)
        {
            return file;
        }

        files.Name(id, hash, attachment.Length);
        return files.Find(hash);
    }

    /// <summary>How far an upload is, and how long it will be; or none.</summary>
    /// <exception cref="RefusedException">423: another connection is at work on it.</exception>
    public async Task<(long Offset, long Length)?> ProgressAsync(string key)
    {
        if (Key(key) is not { } id || store.Find(id) is not { } upload)
        {
            return null;
        }

        if (upload.Hash is not null)
        {
            return (upload.Length, upload.Length);
        }

        var offset = files.Length(id);
        if (offset == upload.Length)
        {
            // The server was killed when the last byte had come. A client that hears of all bytes does not ask again.
            var stream = Open(id);
            await using (stream.ConfigureAwait(false))
            {
                if (!await CompleteAsync(id, stream).ConfigureAwait(false))
                {
                    return null;
                }
            }
        }

        return (offset, upload.Length);
    }

    /// <summary>Begins an upload; what was there of it before is gone.</summary>
    /// <exception cref="RefusedException">409: it is complete, or another connection is at work on it. 401: the account has gone. 429:
    /// beyond its quota for now.</exception>
    public async Task BeginAsync(string key, Guid aci, long length)
    {
        if (Key(key) is not { } id || files.Open(id) is not { } held)
        {
            throw new RefusedException(409);
        }

        await using (held.ConfigureAwait(false))
        {
            await store.BeginAsync(id, aci, length).ConfigureAwait(false);

            // Emptied rather than replaced, so that no writer can ever hold one file and give its name to another.
            held.SetLength(0);
        }
    }

    /// <summary>Opens an upload at its end, for this caller alone.</summary>
    /// <exception cref="RefusedException">423: another connection is at work on it, or has just completed it.</exception>
    public FileStream Continue(string key) =>
        Key(key) is { } id && store.Find(id) is { Hash: null } ? Open(id) : throw new RefusedException(423);

    /// <summary>Ends an upload whose bytes are all there. False where its account has gone meanwhile.</summary>
    /// <exception cref="IOException">The disk fails; the upload is gone, since nobody knows what is left of it.</exception>
    public Task<bool> CompleteAsync(string key, FileStream stream) => CompleteAsync(Key(key)!.Value, stream);

    /// <summary>Removes what has expired, what belongs to nobody any more, and gives the names that are missing.</summary>
    public async Task SweepAsync()
    {
        await store.PurgeAsync().ConfigureAwait(false);
        foreach (var key in files.Uploads())
        {
            // Not even opened while it goes on, or whoever uploads it would find it held.
            if (store.Find(key) is { Hash: null })
            {
                continue;
            }

            try
            {
                // For as long as it is open nobody else writes to it, or begins it anew.
                if (files.Open(key) is not { } held)
                {
                    continue;
                }

                await using (held.ConfigureAwait(false))
                {
                    var upload = store.Find(key);
                    if (upload?.Hash is { } hash)
                    {
                        files.Name(key, hash, upload.Length);
                    }
                    else if (upload is null)
                    {
                        files.Delete(key);
                    }
                }
            }
            catch (IOException)
            {
                // The disk fails; the next time, perhaps.
            }
        }

        files.DeleteUnless(store.Has);
    }

    private FileStream Open(Guid key) => files.Open(key) ?? throw new RefusedException(423);

    private async Task<bool> CompleteAsync(Guid key, FileStream stream)
    {
        byte[] hash;
        try
        {
            hash = await files.SyncAsync(stream).ConfigureAwait(false);
        }
        catch (IOException)
        {
            files.Delete(key);
            await store.DeleteAsync(key).ConfigureAwait(false);
            throw;
        }

        if (!await store.CompleteAsync(key, hash).ConfigureAwait(false))
        {
            files.Delete(key);
            return false;
        }

        files.Name(key, hash, stream.Length);
        return true;
    }
}
