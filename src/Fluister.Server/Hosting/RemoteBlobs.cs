using System.Buffers;
using System.Net;
using Fluister.Server.Blobs;
using Fluister.Server.Federation;
using Fluister.Server.Limits;
using Fluister.Server.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Fluister.Server.Hosting;

/// <summary>Attachments and avatars of peers, fetched for the clients here: a peer never sees a client's address. Whole ones are kept for
/// a while while they pass; ranges pass by.</summary>
/// <remarks>Of many who ask for the same blob at once each is served by a fetch of its own; the first of them fills the cache.</remarks>
internal sealed class RemoteBlobs(Relay relay, BlobCache? cache, RateLimits limits, TimeProvider time)
{
    private const int BufferBytes = 64 * 1024;

    private readonly Places _places = new(ServerLimits.BlobFetches, ServerLimits.BlobFetchesOfOrigin);

    /// <summary>The peer that is an id's home, or none.</summary>
    public Peer? PeerOf(Guid id) => relay.PeerOf(id);

    /// <summary>Answers GET or HEAD.</summary>
    /// <param name="context">The request.</param>
    /// <param name="peer">Whose blob it is.</param>
    /// <param name="key">The blob.</param>
    /// <param name="most">Most bytes that it may have.</param>
    /// <param name="origin">From where it is asked for.</param>
    /// <exception cref="RefusedException">429, 503.</exception>
    public async Task ServeAsync(HttpContext context, Peer peer, string key, long most, ulong origin)
    {
        if (cache?.Open(key) is { } kept)
        {
            await using (kept.ConfigureAwait(false))
            {
                await SendAsync(context, kept).ConfigureAwait(false);
            }

            return;
        }

        limits.Take(ServerLimits.RemoteBlobs, origin);
        if (!_places.TryEnter(origin))
        {
            throw new RefusedException(Response.TooMany(ServerLimits.BusyRetry));
        }

        try
        {
            await FetchAsync(context, peer, key, most, origin).ConfigureAwait(false);
        }
        finally
        {
            _places.Leave(origin);
        }
    }

    private static async Task SendAsync(HttpContext context, FileStream blob)
    {
        if (BytesAnswer.Begin(context, blob.Length) is var (start, length))
        {
            blob.Position = start;
            await StreamCopyOperation.CopyToAsync(blob, context.Response.Body, length, BufferBytes, context.RequestAborted)
                .ConfigureAwait(false);
        }
    }

    private async Task FetchAsync(HttpContext context, Peer peer, string key, long most, ulong origin)
    {
        // Of one byte the head says how many there are.
        var isHead = HttpMethods.IsHead(context.Request.Method);
        var range = isHead ? new ByteRange(0, 0) : ByteRange.Read(context.Request.Headers.Range.ToString());
        using var answer = await AskAsync(peer, key, range, context.RequestAborted).ConfigureAwait(false);
        var head = BlobHead.Read(answer, range, most) ?? throw Relay.Unreached();
        switch (head.Status)
        {
            case HttpStatusCode.NotFound:
                context.Response.StatusCode = 404;
                return;
            case HttpStatusCode.RequestedRangeNotSatisfiable when !isHead:
                BytesAnswer.Refuse(context, head.Whole);
                return;
            default:
                if (isHead)
                {
                    BytesAnswer.Describe(context, 0, head.Whole - 1, head.Whole, isPart: false);
                    return;
                }

                limits.Take(ServerLimits.RemoteBlobMebibytes, origin, 1 + (int)(head.Length >> 20));
                using (PlaceTime.Limit(context, head.Length, ServerLimits.BlobRateOfClients, time))
                {
                    await PassAsync(context, answer, head, key).ConfigureAwait(false);
                }

                return;
        }
    }

    private async Task<HttpResponseMessage> AskAsync(Peer peer, string key, ByteRange? range, CancellationToken cancellation)
    {
        try
        {
            return peer.IsOpen
                ? await relay.Client.FetchAsync(peer, key, range?.ToString(), cancellation).ConfigureAwait(false)
                : throw Relay.Unreached();
        }
        catch (PeerException failed)
        {
            throw Relay.Unreached(failed.RetryAfter);
        }
    }

    private async Task PassAsync(HttpContext context, HttpResponseMessage answer, BlobHead head, string key)
    {
        var isPart = head.Status == HttpStatusCode.PartialContent;
        var body = await answer.Content.ReadAsStreamAsync(context.RequestAborted).ConfigureAwait(false);
        using var keep = isPart ? null : cache?.Begin(key, head.Length);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            await PassAsync(context, new PeerPace(body, time), head, keep, buffer).ConfigureAwait(false);
            await context.Response.CompleteAsync().ConfigureAwait(false);
            keep?.Complete();
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A peer that is too slow, breaks off, or sends another length than it said.
            if (!context.Response.HasStarted)
            {
                throw Relay.Unreached();
            }

            context.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // The last bytes go on when the peer has ended there: who reads the answer never has all of what is not whole.
    private static async Task PassAsync(HttpContext context, PeerPace pace, BlobHead head, BlobWriter? keep, byte[] buffer)
    {
        var (left, held, isBegun, isEnded) = (head.Length, 0, false, false);
        while (!isEnded)
        {
            // One byte of the buffer stays free, to see an end by.
            var room = buffer.Length - held - (left > 0 ? 1 : 0);
            var read = await pace.ReadAsync(buffer.AsMemory(held, room), context.RequestAborted).ConfigureAwait(false);
            (left, held, isEnded) = (left - read, held + read, read == 0);
            if (left < 0 || (isEnded && left > 0))
            {
                throw new IOException("The peer sends another length than it said.");
            }

            if (left == 0 && !isEnded)
            {
                continue;
            }

            if (!isBegun)
            {
                var last = head.First + head.Length - 1;
                BytesAnswer.Describe(context, head.First, last, head.Whole, head.Status == HttpStatusCode.PartialContent);
                isBegun = true;
            }

            if (keep is not null)
            {
                await keep.WriteAsync(buffer.AsMemory(0, held)).ConfigureAwait(false);
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, held), context.RequestAborted).ConfigureAwait(false);
            held = 0;
        }
    }
}
