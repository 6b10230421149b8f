using System.Text;
using Fluister.Server.Avatars;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Fluister.Server.Hosting;

/// <summary>Avatars over HTTP: uploads by the form of an S3 "POST policy" (multipart/form-data, RFC 7578, the file last), downloads by key.
/// Streams: nothing of an upload is read before its right is checked but the fields that give it.</summary>
/// <remarks>Who knows a key may download, as with Signal: avatars are encrypted, and keys stand in profiles alone. A peer's avatar is
/// fetched from there.</remarks>
internal sealed class AvatarEndpoint(AvatarForms forms, AvatarFiles files, RemoteBlobs others, ulong origin)
{
    private const int BufferBytes = 64 * 1024;
    private const int LongestBoundary = 128;

    /// <summary>Whether a request is one for avatars.</summary>
    public static bool IsFor(HttpRequest request) => request.Path.Value is { } path
        && (path.StartsWith("/" + AvatarKey.Prefix, StringComparison.Ordinal)
            || (path is "/" && HttpMethods.IsPost(request.Method)
                && request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true));

    /// <summary>Answers.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path == "/")
        {
            context.Response.StatusCode = await TakeAsync(context).ConfigureAwait(false);
        }
        else if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            context.Response.StatusCode = 405;
        }
        else
        {
            await DownloadAsync(context, request.Path.Value![1..]).ConfigureAwait(false);
        }
    }

    private async Task DownloadAsync(HttpContext context, string key)
    {
        try
        {
            if (AvatarKey.Read(key) is { } id && others.PeerOf(id) is { } peer)
            {
                await others.ServeAsync(context, peer, AvatarKey.Write(id), ServerLimits.Avatar, origin).ConfigureAwait(false);
            }
            else if (files.Find(key) is { } file)
            {
                await BytesAnswer.SendAsync(context, file).ConfigureAwait(false);
            }
            else
            {
                context.Response.StatusCode = 404;
            }
        }
        catch (RefusedException refused)
        {
            await ResponseWriter.WriteAsync(context, refused.Response).ConfigureAwait(false);
        }
    }

    private static string? Name(MultipartSection section) =>
        ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            ? HeaderUtilities.RemoveQuotes(disposition.Name).Value
            : null;

    private async Task<int> TakeAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = ServerLimits.Avatar + ((ServerLimits.AvatarFields + 1) * 2L * ServerLimits.AvatarField);
        }

        try
        {
            return await TakePartsAsync(context).ConfigureAwait(false);
        }
        catch (BadHttpRequestException refused)
        {
            return refused.StatusCode;
        }
        catch (InvalidDataException)
        {
            // Not of the form, or more than it may be.
            return 400;
        }
        catch (StoreFullException)
        {
            return 507;
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return 400;
        }
    }

    private async Task<int> TakePartsAsync(HttpContext context)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= LongestBoundary } boundary)
        {
            return 400;
        }

        var reader = new MultipartReader(boundary.Value!, context.Request.Body)
        {
            HeadersCountLimit = ServerLimits.AvatarFields,
            HeadersLengthLimit = ServerLimits.AvatarField,
        };
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadNextSectionAsync(context.RequestAborted).ConfigureAwait(false) is { } section)
        {
            var name = Name(section);
            if (name == "file")
            {
                return forms.Right(fields) is { } avatar ? await KeepAsync(avatar, section.Body, context).ConfigureAwait(false) : 403;
            }

            if (name is null || fields.Count == ServerLimits.AvatarFields
                || await ReadAsync(section.Body, context.RequestAborted).ConfigureAwait(false) is not { } value)
            {
                return 400;
            }

            fields[name] = value;
        }

        return 400;
    }

    private async Task<int> KeepAsync(string avatar, Stream body, HttpContext context)
    {
        if (!files.HasRoom)
        {
            return 507;
        }

        var status = 204;
        var isKept = await files.KeepAsync(avatar, async stream =>
        {
            var buffer = new byte[BufferBytes];
            while (await body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false) is > 0 and var read)
            {
                if (stream.Position + read > ServerLimits.Avatar)
                {
                    status = 413;
                    return false;
                }

                try
                {
                    await stream.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    status = 507;
                    return false;
                }
            }

            status = stream.Position > 0 ? status : 400;
            return stream.Position > 0;
        }).ConfigureAwait(false);
        return isKept switch
        {
            null => 409,
            false when status == 204 => 403,
            _ => status,
        };
    }

    // Null where it is longer than a field may be.
    private static async Task<string?> ReadAsync(Stream body, CancellationToken cancellation)
    {
        var bytes = new byte[ServerLimits.AvatarField];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return length == bytes.Length ? null : Encoding.UTF8.GetString(bytes, 0, length);
    }
}
