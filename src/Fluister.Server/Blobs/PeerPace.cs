namespace Fluister.Server.Blobs;

/// <summary>Reads what a peer sends, for as long as it keeps a pace. What the server's own client takes does not count.</summary>
internal sealed class PeerPace(Stream body, TimeProvider time)
{
    private TimeSpan _waited;
    private long _bytes;

    /// <summary>Reads some bytes, or none where it is the end.</summary>
    /// <exception cref="IOException">The peer is too slow, or breaks off.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellation)
    {
        var behind = _waited - TimeSpan.FromSeconds(_bytes / (double)ServerLimits.BlobRate);
        var left = behind > TimeSpan.Zero ? ServerLimits.BlobPause - behind : ServerLimits.BlobPause;
        if (left <= TimeSpan.Zero)
        {
            throw new IOException("The peer is too slow.");
        }

        using var late = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        var begun = time.GetTimestamp();
        try
        {
            var read = await body.ReadAsync(into, either.Token).ConfigureAwait(false);
            _bytes += read;
            return read;
        }
        catch (OperationCanceledException stopped) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new IOException("The peer is too slow.", stopped);
        }
        catch (HttpRequestException broken)
        {
            throw new IOException("The peer broke off.", broken);
        }
        finally
        {
            _waited += time.GetElapsedTime(begun);
        }
    }
}
