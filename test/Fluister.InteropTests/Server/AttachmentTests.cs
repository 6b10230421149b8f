using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Fluister.InteropTests.Libsignal;
using Fluister.Tests.Protocol;

namespace Fluister.InteropTests.Server;

/// <summary>The official client asks where an attachment goes, by gRPC and without; there it can be uploaded, and downloaded.</summary>
/// <remarks>Its package uploads nothing itself: applications do, over plain HTTPS, as is done here.</remarks>
public sealed class AttachmentTests(ServerProcess server, OfficialNet net) : IClassFixture<ServerProcess>, IClassFixture<OfficialNet>
{
    private const int Length = 3_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1, "ws")]
    [InlineData(2, "ws")]
    [InlineData(2, null)]
    public async Task An_upload_that_was_interrupted_goes_on_and_is_what_others_download(int http, string? way)
    {
        var form = Form(http, way, Length);
        using var client = Client();
        var bytes = new SeededRandom(21).Bytes(Length);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CreateAsync(client, form, bytes, breakAfter: 1_000_000));
        using var early = await client.GetAsync(Download(form), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        await FinishAsync(client, form, bytes);
    }

    [Fact]
    public async Task An_upload_goes_on_when_the_server_was_killed_and_nothing_half_is_seen()
    {
        var form = Form(2, null, Length);
        var bytes = new SeededRandom(22).Bytes(Length);
        using (var client = Client())
        {
            using var begun = await CreateAsync(client, form, bytes[..1_500_000], breakAfter: null);
            Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
        }

        server.Kill();
        server.Start();
        using var after = Client();
        using var early = await after.GetAsync(Download(form), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, early.StatusCode);
        Assert.Equal(1_500_000, await OffsetAsync(after, form));
        await FinishAsync(after, form, bytes);
        server.Kill();
        server.Start();
        using var last = Client();
        Assert.Equal(bytes, await last.GetByteArrayAsync(Download(form), Cancellation));
    }

    [Theory]
    [InlineData("ws")]
    [InlineData(null)]
    public void What_is_too_large_is_told_as_that(string? way)
    {
        var refused = Assert.Throws<LibsignalException>(() => Form(2, way, 1L << 40));
        Assert.Equal("UploadTooLarge", refused.Name);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Download(OfficialForm form) => $"/attachments/{form.Key}";

    private static HttpRequestMessage Request(
        HttpMethod method, string path, OfficialForm form, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in form.Headers.Select(header => (header.Key, header.Value)).Concat(headers))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task<HttpResponseMessage> CreateAsync(HttpClient client, OfficialForm form, byte[] bytes, int? breakAfter)
    {
        using var request = Request(HttpMethod.Post, new Uri(form.Location).AbsolutePath, form, ("Upload-Length", $"{Length}"));
        request.Content = new Bytes(bytes, breakAfter);
        return await client.SendAsync(request, Cancellation);
    }

    // None where the server has not begun with it.
    private static async Task<int?> OffsetAsync(HttpClient client, OfficialForm form)
    {
        using var request = Request(HttpMethod.Head, Download(form), form);
        using var response = await client.SendAsync(request, Cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return int.Parse(response.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture);
    }

    // As a client does: asks how far it is and goes on there, or begins where the connection broke before the server had seen anything;
    // again
    // while the broken connection still holds the file.
    private static async Task FinishAsync(HttpClient client, OfficialForm form, byte[] bytes)
    {
        var began = Stopwatch.GetTimestamp();
        HttpStatusCode? status;
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "The file stays held.");
            status = await GoOnAsync(client, form, bytes);
        }
        while (status is null or HttpStatusCode.Locked or HttpStatusCode.Conflict);

        Assert.Contains(status.Value, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.NoContent]);
        Assert.Equal(bytes, await client.GetByteArrayAsync(Download(form), Cancellation));
        using var part = new HttpRequestMessage(HttpMethod.Get, Download(form));
        part.Headers.Range = new RangeHeaderValue(Length - 10, null);
        using var answer = await client.SendAsync(part, Cancellation);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        Assert.Equal(bytes[^10..], await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    // None where the server refused before it had the whole body, and hung up on the rest (RFC 9112, section 9.5).
    private static async Task<HttpStatusCode?> GoOnAsync(HttpClient client, OfficialForm form, byte[] bytes)
    {
        try
        {
            if (await OffsetAsync(client, form) is not { } offset)
            {
                using var created = await CreateAsync(client, form, bytes, breakAfter: null);
                return created.StatusCode;
            }

            using var request = Request(HttpMethod.Patch, Download(form), form, ("Upload-Offset", $"{offset}"));
            request.Content = new Bytes(bytes[offset..], breakAfter: null);
            using var response = await client.SendAsync(request, Cancellation);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private OfficialForm Form(int http, string? way, long length)
    {
        var config = new Dictionary<string, string>();
        if (way is not null)
        {
            config["grpc.AttachmentsGetUploadForm"] = way;
        }

        var client = net.Open(server, http, config);
        var chat = client.Connect(client.Register());
        var form = chat.Call("getUploadForm", new { uploadSize = new { big = $"{length}" } });
        chat.Disconnect();
        Assert.Equal(3, form.GetProperty("cdn").GetInt32());
        return new OfficialForm(
            form.GetProperty("key").GetString()!,
            form.GetProperty("signedUploadUrl").GetString()!,
            Headers(form.GetProperty("headers")));
    }

    private static Dictionary<string, string> Headers(JsonElement headers) => headers.ValueKind == JsonValueKind.Array
        ? headers.EnumerateArray().ToDictionary(pair => pair[0].GetString()!, pair => pair[1].GetString()!)
        : headers.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);

    private HttpClient Client() => new(server.Trusting()) { BaseAddress = new Uri($"https://localhost:{server.Port}") };

    /// <summary>Where an attachment goes, as the official client read it.</summary>
    private sealed record OfficialForm(string Key, string Location, IReadOnlyDictionary<string, string> Headers);

    /// <summary>Bytes that may break off on the way.</summary>
    private sealed class Bytes : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly int? _breakAfter;

        public Bytes(byte[] bytes, int? breakAfter)
        {
            (_bytes, _breakAfter) = (bytes, breakAfter);
            Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(0, _breakAfter ?? _bytes.Length), Cancellation);
            await stream.FlushAsync(Cancellation);
            if (_breakAfter is not null)
            {
                throw new IOException("Broken off.");
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _bytes.Length;
            return true;
        }
    }
}
