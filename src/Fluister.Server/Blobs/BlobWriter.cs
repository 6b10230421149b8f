using Fluister.Server.Operations;

namespace Fluister.Server.Blobs;

/// <summary>A blob that comes into the cache. Where the disk fails it is not kept, and nobody is told.</summary>
internal sealed class BlobWriter(BlobCache cache, string name, long length, FileStream stream) : IDisposable
{
    private bool _isWhole;
    private bool _fails;

    /// <summary>Takes the next bytes.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (!_fails)
            {
                await stream.WriteAsync(bytes).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            _fails = true;
        }
    }

    /// <summary>All has come: it is kept, once it is on the disk.</summary>
    public void Complete()
    {
        try
        {
            if (!_fails && stream.Position == length)
            {
                PosixFiles.SyncFile(stream);
                _isWhole = true;
            }
        }
        catch (IOException)
        {
            _isWhole = false;
        }
    }

    /// <summary>Ends it; what is not whole goes.</summary>
    public void Dispose()
    {
        try
        {
            stream.Dispose();
        }
        catch (IOException)
        {
            _isWhole = false;
        }

        cache.End(name, length, _isWhole);
    }
}
