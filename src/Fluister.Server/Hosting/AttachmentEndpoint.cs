using System.Buffers;
using System.Globalization;
using System.Text;
using Fluister.Server.Attachments;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fluister.Server.Hosting;

/// <summary>Attachments over HTTP: uploads by TUS 1.0.0 (tus.io/protocols/resumable-upload) with creation, creation-with-upload and expiry;
/// downloads with ranges. Streams from and to the disk; no attachment is ever whole in memory.</summary>
/// <remarks>Who knows a key may download, as with Signal: attachments are encrypted, and keys travel in messages alone. A key says whose
/// attachment it is; a peer's is fetched from there.</remarks>
internal sealed class AttachmentEndpoint(
    UploadForms forms, AttachmentBook attachments, RemoteBlobs others, ulong origin, TimeProvider time)
{
    private const string Prefix = "/attachments";
    private const string Version = "1.0.0";
    private const string Octets = "application/offset+octet-stream";
    private const int BufferBytes = 64 * 1024;

    /// <summary>Whether a request is one for attachments.</summary>
    public static bool IsFor(HttpRequest request) => request.Path.StartsWithSegments(Prefix, StringComparison.Ordinal);

    /// <summary>Answers.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            foreach (var (name, value) in refused.Response.Headers)
            {
                context.Response.Headers[name] = value;
            }

            await RefuseAsync(context, refused.Response.Status).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is StoreException or IOException && !context.Response.HasStarted)
        {
            var wait = refused is StoreBusyException ? ServerLimits.BusyRetry : ServerLimits.DiskRetry;
            context.Response.Headers.RetryAfter = ((long)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(context, refused is IOException ? 507 : 503).ConfigureAwait(false);
        }
    }

    private Task AnswerAsync(HttpContext context)
    {
        var key = context.Request.Path.Value![Prefix.Length..].Trim('/');
        var isTus = context.Request.Headers.ContainsKey("Tus-Resumable");
        if (isTus)
        {
            context.Response.Headers["Tus-Resumable"] = Version;
            if (context.Request.Headers["Tus-Resumable"] != Version)
            {
                context.Response.Headers["Tus-Version"] = Version;
                return RefuseAsync(context, 412);
            }
        }

        return context.Request.Method switch
        {
            "OPTIONS" => DescribeAsync(context),
            "POST" => CreateAsync(context),
            "PATCH" => ResumeAsync(context, key),
            "HEAD" when isTus => TellAsync(context, key),
            "GET" or "HEAD" => DownloadAsync(context, key),
            _ => RefuseAsync(context, 405),
        };
    }

    private static Task RefuseAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task DescribeAsync(HttpContext context)
    {
        context.Response.Headers["Tus-Version"] = Version;
        context.Response.Headers["Tus-Extension"] = "creation,creation-with-upload,expiration";
        context.Response.Headers["Tus-Max-Size"] = ServerLimits.Attachment.ToString(CultureInfo.InvariantCulture);
        return RefuseAsync(context, 204);
    }

    private static long? Number(HttpContext context, string header) =>
        long.TryParse(context.Request.Headers[header].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string? FileName(HttpContext context)
    {
        foreach (var pair in context.Request.Headers["Upload-Metadata"].ToString().Split(','))
        {
            var bytes = new byte[64];
            if (pair.Trim().Split(' ') is ["filename", var name] && Convert.TryFromBase64String(name, bytes, out var length))
            {
                return Encoding.ASCII.GetString(bytes, 0, length);
            }
        }

        return null;
    }

    private async Task CreateAsync(HttpContext context)
    {
        if (forms.Right(context.Request.Headers.Authorization) is not var (key, most, account) || FileName(context) != key)
        {
            await RefuseAsync(context, 401).ConfigureAwait(false);
            return;
        }

        if (Number(context, "Upload-Length") is not { } length)
        {
            await RefuseAsync(context, 400).ConfigureAwait(false);
            return;
        }

        if (length > most || context.Request.ContentLength > length)
        {
            await RefuseAsync(context, 413).ConfigureAwait(false);
            return;
        }

        if (!attachments.HasRoom(length))
        {
            await RefuseAsync(context, 507).ConfigureAwait(false);
            return;
        }

        await attachments.BeginAsync(key, account, length).ConfigureAwait(false);
        context.Response.Headers.Location = $"{Prefix}/{key}";
        await ReceiveAsync(context, key, 0, length, 201, context.Request.ContentType == Octets || length == 0).ConfigureAwait(false);
    }

    private async Task ResumeAsync(HttpContext context, string key)
    {
        if (forms.Right(context.Request.Headers.Authorization)?.Key != key)
        {
            await RefuseAsync(context, 401).ConfigureAwait(false);
        }
        else if (context.Request.ContentType != Octets)
        {
            await RefuseAsync(context, 415).ConfigureAwait(false);
        }
        else if (await attachments.ProgressAsync(key).ConfigureAwait(false) is not var (offset, length))
        {
            await RefuseAsync(context, 404).ConfigureAwait(false);
        }
        else if (Number(context, "Upload-Offset") != offset)
        {
            await RefuseAsync(context, 409).ConfigureAwait(false);
        }
        else if (context.Request.ContentLength > length - offset)
        {
            await RefuseAsync(context, 413).ConfigureAwait(false);
        }
        else
        {
            await ReceiveAsync(context, key, offset, length, 204, hasBody: offset < length).ConfigureAwait(false);
        }
    }

    private async Task ReceiveAsync(HttpContext context, string key, long offset, long length, int status, bool hasBody)
    {
        if (hasBody)
        {
            var stream = attachments.Continue(key);
            await using (stream.ConfigureAwait(false))
            {
                // Another may have gone on with it since its offset was compared; now nobody can.
                if (stream.Position != offset)
                {
                    await RefuseAsync(context, 409).ConfigureAwait(false);
                    return;
                }

                if (await CopyAsync(context, stream, length).ConfigureAwait(false) is { } refusal)
                {
                    await RefuseAsync(context, refusal).ConfigureAwait(false);
                    return;
                }

                offset = stream.Position;
                if (offset == length && !await attachments.CompleteAsync(key, stream).ConfigureAwait(false))
                {
                    await RefuseAsync(context, 404).ConfigureAwait(false);
                    return;
                }
            }
        }

        context.Response.StatusCode = status;
        context.Response.Headers["Upload-Offset"] = offset.ToString(CultureInfo.InvariantCulture);
        var expires = time.GetUtcNow() + ServerLimits.UploadAge;
        context.Response.Headers["Upload-Expires"] = expires.ToString("R", CultureInfo.InvariantCulture);
    }

    // What has come when a client breaks off is kept, so that it can go on from there. A status where it must be refused.
    private async Task<int?> CopyAsync(HttpContext context, FileStream stream, long length)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = length - stream.Position;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                int read;
                try
                {
                    read = await context.Request.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false);
                }
                catch (Microsoft.AspNetCore.Http.BadHttpRequestException refused)
                {
                    return refused.StatusCode;
                }
                catch (Exception gone) when (gone is IOException or OperationCanceledException)
                {
                    return 400;
                }

                if (read == 0)
                {
                    return null;
                }

                if (read > length - stream.Position)
                {
                    return 413;
                }

                // Others upload at the same time, and nothing is set aside for anybody.
                if ((stream.Position ^ (stream.Position + read)) >= ServerLimits.DiskLook && !attachments.HasRoom(0))
                {
                    return 507;
                }

                try
                {
                    await stream.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None).ConfigureAwait(false);
                }
                catch (IOException)
                {
                    return 507;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task TellAsync(HttpContext context, string key)
    {
        if (forms.Right(context.Request.Headers.Authorization)?.Key != key)
        {
            await RefuseAsync(context, 401).ConfigureAwait(false);
        }
        else if (await attachments.ProgressAsync(key).ConfigureAwait(false) is not var (offset, length))
        {
            await RefuseAsync(context, 404).ConfigureAwait(false);
        }
        else
        {
            context.Response.Headers["Upload-Offset"] = offset.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["Upload-Length"] = length.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers.CacheControl = "no-store";
            await RefuseAsync(context, 200).ConfigureAwait(false);
        }
    }

    private Task DownloadAsync(HttpContext context, string key) =>
        AttachmentBook.Key(key) is { } id && others.PeerOf(id) is { } peer
            ? others.ServeAsync(context, peer, key, ServerLimits.Attachment, origin)
            : attachments.Find(key) is { } file ? BytesAnswer.SendAsync(context, file) : RefuseAsync(context, 404);
}
