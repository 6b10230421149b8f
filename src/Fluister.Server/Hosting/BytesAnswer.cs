using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Fluister.Server.Hosting;

/// <summary>Answers with bytes that are encrypted, of whatever they are: all of them, or a range.</summary>
internal static class BytesAnswer
{
    /// <summary>Sends a file, or the range of it that is asked for.</summary>
    public static async Task SendAsync(HttpContext context, FileInfo file)
    {
        if (Begin(context, file.Length) is var (start, length))
        {
            await context.Response.SendFileAsync(file.FullName, start, length, context.RequestAborted).ConfigureAwait(false);
        }
    }

    /// <summary>Writes the head of the answer; gives what is to be sent then, or none where nothing is.</summary>
    public static (long Start, long Length)? Begin(HttpContext context, long whole)
    {
        var (first, last) = (0L, whole - 1);
        if (ByteRange.Read(context.Request.Headers.Range.ToString()) is { } range)
        {
            if (range.Within(whole) is not { } within)
            {
                Refuse(context, whole);
                return null;
            }

            (first, last) = within;
            Describe(context, first, last, whole, isPart: true);
        }
        else
        {
            Describe(context, first, last, whole, isPart: false);
        }

        return HttpMethods.IsGet(context.Request.Method) && last >= first ? (first, last - first + 1) : null;
    }

    /// <summary>416: something of so many bytes has no such bytes.</summary>
    public static void Refuse(HttpContext context, long whole)
    {
        context.Response.StatusCode = 416;
        context.Response.Headers.AcceptRanges = "bytes";
        context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{whole}");
    }

    /// <summary>The head of an answer with some bytes of something, or with all.</summary>
    public static void Describe(HttpContext context, long first, long last, long whole, bool isPart)
    {
        var response = context.Response;
        response.Headers.AcceptRanges = "bytes";
        if (isPart)
        {
            response.StatusCode = 206;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{whole}");
        }

        response.ContentType = "application/octet-stream";
        response.ContentLength = last - first + 1;
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
