using System.Globalization;
using System.Net;
using Fluister.Wire.Json;

namespace Fluister.Client.Transport;

/// <summary>What goes to the home server and comes from it beside the WebSockets, over plain HTTPS with the same trust: attachments and
/// avatars.</summary>
/// <param name="link">The connection, which knows the server.</param>
/// <param name="clock">The time.</param>
internal sealed class HomeServerStreams(HomeServerLink link, TimeProvider clock)
{
    /// <summary>Where attachments and avatars are.</summary>
    public Uri Root => link.Server.Attachments;

    /// <summary>Asks, and gives the answer once its head is there.</summary>
    /// <param name="request">Belongs to the caller.</param>
    /// <param name="stall">Ends what does not get on.</param>
    /// <exception cref="ClientException">Unreachable, UntrustedServer.</exception>
    /// <exception cref="OperationCanceledException">The caller does not want it any more.</exception>
    public async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, StallGuard stall)
    {
        using var client = new HttpMessageInvoker(link.Streams, disposeHandler: false);
        request.Version = HttpVersion.Version11;
        return await stall.RunAsync(() => client.SendAsync(request, stall.Token)).ConfigureAwait(false);
    }

    /// <summary>A guard for one request.</summary>
    public StallGuard Guard(CancellationToken cancel) => new(clock, cancel);

    /// <summary>What a status is to whoever asked, where it is none that they know.</summary>
    public static ClientException Refusal(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var retryAfter = LinkEnd.ReadRetryAfter(
            response.Headers.TryGetValues("Retry-After", out var values) ? values.FirstOrDefault() : null);
        var text = string.Create(CultureInfo.InvariantCulture, $"The home server refused a file (status {status}).");
        return status switch
        {
            404 or 410 => new ClientException(
                ClientError.NotFound, "The file is not at the home server any more. Ask for it to be sent again."),
            413 => new ClientException(ClientError.BadInput, "The file is larger than the home server takes. Send a smaller one."),
            429 => new ClientException(ClientError.RateLimited, text + " Too much was sent lately; try again later.")
            {
                RetryAfter = retryAfter,
            },
            423 or >= 500 => new ClientException(ClientError.Unreachable, text + " Try again later.") { RetryAfter = retryAfter },
            _ => new ClientException(ClientError.Refused, text),
        };
    }

    /// <summary>Uploads an encrypted avatar by the form that <c>PUT /v1/profile</c> gave.</summary>
    /// <exception cref="ClientException">Unreachable, Refused, BadInput: too large.</exception>
    public async Task UploadAvatarAsync(AvatarFormJson form, ReadOnlyMemory<byte> encrypted, CancellationToken cancel)
    {
        using var stall = Guard(cancel);
        using var body = new MultipartFormDataContent();
        var fields = new (string Name, string Value)[]
        {
            ("key", form.Key), ("x-amz-credential", form.Credential), ("acl", form.Acl), ("x-amz-algorithm", form.Algorithm),
            ("x-amz-date", form.Date), ("policy", form.Policy), ("x-amz-signature", form.Signature),
            ("Content-Type", "application/octet-stream"),
        };
        foreach (var (name, value) in fields)
        {
            body.Add(new StringContent(value), name);
        }

        body.Add(new ReadOnlyMemoryContent(encrypted), "file", "file");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Root, "/")) { Content = body };
        using var response = await AskAsync(request, stall).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw Refusal(response);
        }
    }

    /// <summary>Fetches an encrypted avatar; its key came in a profile, which others wrote.</summary>
    /// <exception cref="ClientException">NotFound; Malformed: no such key can be, or it is too large; Unreachable.</exception>
    public async Task<byte[]> DownloadAvatarAsync(string key, CancellationToken cancel)
    {
        const string Prefix = "profiles/";
        var name = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : "";
        if (!IsKey(name.EndsWith("==", StringComparison.Ordinal) ? name[..^2] : name))
        {
            throw new ClientException(ClientError.Malformed, "A profile names an avatar that cannot be.");
        }

        using var stall = Guard(cancel);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Root, $"/{Prefix}{name}"));
        using var response = await AskAsync(request, stall).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.OK
            ? await stall.RunAsync(() => ReadAsync(response, ClientLimits.AvatarBytes, stall)).ConfigureAwait(false)
            : throw Refusal(response);
    }

    /// <summary>Whether a text may be the key of a file: nothing that leads elsewhere.</summary>
    public static bool IsKey(string text) => text.Length is > 0 and <= ClientLimits.CdnKeyLength
        && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int most, StallGuard stall)
    {
        var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
        await using var closing = body.ConfigureAwait(false);
        using var bytes = new MemoryStream();
        var buffer = new byte[ClientLimits.TransferPiece];
        while (await body.ReadAsync(buffer, stall.Token).ConfigureAwait(false) is > 0 and var count)
        {
            stall.GotOn();
            if (bytes.Length + count > most)
            {
                throw new ClientException(ClientError.Malformed, "The home server sent a larger file than there may be.");
            }

            await bytes.WriteAsync(buffer.AsMemory(0, count), stall.Token).ConfigureAwait(false);
        }

        return bytes.ToArray();
    }
}
