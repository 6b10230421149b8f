using Fluister.Server.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fluister.Server.Hosting;

/// <summary>The body of one request, in memory, which is taken as it comes and given back with the request's end.</summary>
/// <param name="context">The request.</param>
/// <param name="room">Room for bytes of all bodies.</param>
/// <param name="origin">Where it comes from.</param>
internal sealed class RequestBody(HttpContext context, Places room, ulong origin) : IDisposable
{
    private byte[] _bytes = [];

    /// <summary>Reads it all.</summary>
    /// <returns>An answer where it cannot be had: 413, 408 and 400 by its own fault, 503 where too much comes at once.</returns>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    public async ValueTask<Response?> ReadAsync(Request request, int most, CancellationToken cancellation)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most;
        }

        try
        {
            var (length, read) = (0, 0);
            do
            {
                if (length == _bytes.Length && !TryGrow((int)Math.Min(context.Request.ContentLength ?? most, most)))
                {
                    return Response.Unavailable(ServerLimits.BusyRetry);
                }

                read = await context.Request.Body.ReadAsync(_bytes.AsMemory(length), cancellation).ConfigureAwait(false);
                length += read;
            }
            while (read > 0);
            request.Body = _bytes.AsMemory(0, length);
            return null;
        }
        catch (BadHttpRequestException refused)
        {
            return new Response(refused.StatusCode);
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // A chunk whose length is no number that fits.
            return new Response(400);
        }
        catch (IOException gone)
        {
            throw new OperationCanceledException("The client has gone.", gone);
        }
    }

    /// <summary>Gives its room back.</summary>
    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            room.Leave(origin, _bytes.Length);
        }
    }

    // One byte more than there is, where its end is seen.
    private bool TryGrow(int most)
    {
        var size = (int)Math.Min(Math.Max(2L * _bytes.Length, ServerLimits.BodyBegin), most + 1);
        if (!room.TryEnter(origin, size - _bytes.Length))
        {
            return false;
        }

        Array.Resize(ref _bytes, size);
        return true;
    }
}
