using Fluister.Server.Requests;
using Microsoft.AspNetCore.Http;

namespace Fluister.Server.Hosting;

/// <summary>Sends a <see cref="Response"/> over HTTP.</summary>
internal static class ResponseWriter
{
    /// <summary>Sends it.</summary>
    public static async Task WriteAsync(HttpContext context, Response response)
    {
        context.Response.StatusCode = response.Status;
        context.Response.ContentType = response.ContentType;

        // What had been said of bytes that are not sent after all.
        context.Response.ContentLength = null;
        context.Response.Headers.Remove("Content-Range");
        context.Response.Headers.Remove("Accept-Ranges");
        foreach (var (name, value) in response.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (!response.Body.IsEmpty)
        {
            context.Response.ContentLength = response.Body.Length;
            await context.Response.Body.WriteAsync(response.Body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
