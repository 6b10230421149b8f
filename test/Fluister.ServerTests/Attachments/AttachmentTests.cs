using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Fluister.Server;
using Fluister.Tests.Protocol;
using Fluister.Wire;
using Fluister.Wire.Json;

namespace Fluister.ServerTests.Attachments;

/// <summary>Uploads that can be resumed, and downloads.</summary>
public sealed class AttachmentTests : IAsyncDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly TestServer _server;

    public AttachmentTests() => _server = new TestServer(_temporary["blobs"]);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _temporary.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)]
    [InlineData(5_000_000)]
    public async Task What_is_uploaded_at_once_is_downloaded(int length)
    {
        using var client = await _server.ListenAsync();
        var (form, bytes) = (await FormAsync(Math.Max(1, length)), new SeededRandom(length).Bytes(length));
        using var created = await CreateAsync(client, form, length, bytes);
        Assert.Equal((HttpStatusCode.Created, $"{length}"), (created.StatusCode, Only(created, "Upload-Offset")));
        Assert.Equal($"/attachments/{form.Key}", created.Headers.Location!.ToString());
        using var head = await SendAsync(client, HttpMethod.Head, form.Key);
        Assert.Equal((HttpStatusCode.OK, (long?)length), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(bytes, await client.GetByteArrayAsync($"/attachments/{form.Key}", Cancellation));
        Assert.Single(Directory.GetFiles(_temporary["blobs"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_is_interrupted_goes_on_where_it_was()
    {
        using var client = await _server.ListenAsync();
        var (form, bytes) = (await FormAsync(300_000), new SeededRandom(8).Bytes(300_000));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => CreateAsync(client, form, bytes.Length, bytes, breakAfter: 100_000));
        using var none = await SendAsync(client, HttpMethod.Get, form.Key);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using var wrong = await ResumeAsync(client, form, 100_001, bytes[100_001..]);
        Assert.Equal(HttpStatusCode.Conflict, wrong.StatusCode);
        using var part = await GoOnAsync(client, form, bytes[..200_000]);
        Assert.Equal((HttpStatusCode.NoContent, "200000"), (part.StatusCode, Only(part, "Upload-Offset")));
        Assert.Equal(200_000, await OffsetAsync(client, form));
        using var rest = await ResumeAsync(client, form, 200_000, bytes[200_000..]);
        Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        Assert.Equal(300_000, await OffsetAsync(client, form));
        Assert.Equal(bytes, await client.GetByteArrayAsync($"/attachments/{form.Key}", Cancellation));
        using var again = await CreateAsync(client, form, bytes.Length, bytes);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
    }

    [Fact]
    public async Task A_key_bears_the_servers_tag_and_is_the_same_by_no_chance()
    {
        var keys = new List<Guid>();
        for (var i = 0; i < 20; i++)
        {
            keys.Add(Guid.ParseExact((await FormAsync(1)).Key, "D"));
        }

        Assert.All(keys, key => Assert.Equal(_server.Home.Identity.Tag, ServerTag.Of(key)));
        Assert.Equal(20, keys.Distinct().Count());
    }

    [Fact]
    public async Task Of_many_that_go_on_from_the_same_place_one_does()
    {
        using var client = await _server.ListenAsync();
        var bytes = new SeededRandom(11).Bytes(3000);
        for (var round = 0; round < 40; round++)
        {
            var form = await FormAsync(bytes.Length);
            (await CreateAsync(client, form, bytes.Length, bytes[..1000])).Dispose();
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                using var answer = await ResumeAsync(client, form, 1000, bytes[1000..2000]);
                return answer.StatusCode;
            }));
            Assert.Equal(1, answers.Count(status => status == HttpStatusCode.NoContent));
            Assert.DoesNotContain(
                answers, status => status is not (HttpStatusCode.NoContent or HttpStatusCode.Conflict or HttpStatusCode.Locked));
            Assert.Equal(2000, await OffsetAsync(client, form));
            (await ResumeAsync(client, form, 2000, bytes[2000..])).Dispose();
            Assert.Equal(bytes, await client.GetByteArrayAsync($"/attachments/{form.Key}", Cancellation));
        }
    }

    [Fact]
    public async Task An_upload_that_is_begun_again_begins_anew()
    {
        using var client = await _server.ListenAsync();
        var (form, bytes) = (await FormAsync(1000), new SeededRandom(12).Bytes(1000));
        (await CreateAsync(client, form, 1000, bytes[500..])).Dispose();
        (await CreateAsync(client, form, 900, bytes[700..])).Dispose();
        Assert.Equal(300, await OffsetAsync(client, form));
        (await CreateAsync(client, form, 1000, bytes[..600])).Dispose();
        Assert.Equal(600, await OffsetAsync(client, form));
        (await CreateAsync(client, form, 1000, bytes[..400])).Dispose();
        Assert.Equal(400, await OffsetAsync(client, form));
        (await ResumeAsync(client, form, 400, bytes[400..])).Dispose();
        Assert.Equal(bytes, await client.GetByteArrayAsync($"/attachments/{form.Key}", Cancellation));
        Assert.Single(Directory.GetFiles(_temporary["blobs"], "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("bytes=990-", 990, 10)]
    [InlineData("bytes=-5", 995, 5)]
    [InlineData("bytes=-5000", 0, 1000)]
    [InlineData("bytes=999-5000", 999, 1)]
    public async Task A_range_is_that_range(string range, int start, int length)
    {
        using var client = await _server.ListenAsync();
        var (form, bytes) = (await FormAsync(1000), new SeededRandom(9).Bytes(1000));
        (await CreateAsync(client, form, 1000, bytes)).Dispose();
        using var part = await SendAsync(client, HttpMethod.Get, form.Key, ("Range", range));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal($"bytes {start}-{start + length - 1}/1000", part.Content.Headers.ContentRange!.ToString());
        Assert.Equal(bytes[start..(start + length)], await part.Content.ReadAsByteArrayAsync(Cancellation));
        using var beyond = await SendAsync(client, HttpMethod.Get, form.Key, ("Range", "bytes=1000-"));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
    }

    [Fact]
    public async Task Nobody_uploads_without_the_right_to_that_attachment_of_that_size()
    {
        using var client = await _server.ListenAsync();
        var (form, other, bytes) = (await FormAsync(100), await FormAsync(100), new byte[100]);
        using var larger = await CreateAsync(client, form, 101, new byte[101]);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, larger.StatusCode);
        using var foreign = await CreateAsync(client, form with { Key = other.Key }, 100, bytes);
        Assert.Equal(HttpStatusCode.Unauthorized, foreign.StatusCode);
        using var none = await CreateAsync(client, With(form, "Bearer x"), 100, bytes);
        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        var larger900 = form.Headers["Authorization"].Replace(":100:", ":900:", StringComparison.Ordinal);
        using var forged = await CreateAsync(client, With(form, larger900), 100, bytes);
        Assert.Equal(HttpStatusCode.Unauthorized, forged.StatusCode);
        using var begun = await CreateAsync(client, form, 100, bytes[..50]);
        Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
        using var resumed = await ResumeAsync(client, With(form, other.Headers["Authorization"]), 50, bytes[50..]);
        Assert.Equal(HttpStatusCode.Unauthorized, resumed.StatusCode);
        using var beyond = await ResumeAsync(client, form, 50, bytes);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, beyond.StatusCode);
        Assert.Equal(50, await OffsetAsync(client, form));
        _server.Clock.Advance(ServerLimits.UploadAge);
        using var late = await ResumeAsync(client, form, 50, bytes[50..]);
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task More_than_was_said_is_refused_where_no_length_was_sent()
    {
        using var client = await _server.ListenAsync();
        var form = await FormAsync(100_000);
        using var content = new BrokenContent(new byte[200_000], null);
        using var request = Request(HttpMethod.Post, "", form, ("Upload-Length", "100000"));
        request.Content = content;
        request.Headers.TransferEncodingChunked = true;
        HttpStatusCode? status = null;
        try
        {
            using var response = await client.SendAsync(request, Cancellation);
            status = response.StatusCode;
        }
        catch (HttpRequestException)
        {
            // Refused while it was still being sent.
        }

        Assert.True(status is null or HttpStatusCode.RequestEntityTooLarge, $"{status}");
        using var none = await SendAsync(client, HttpMethod.Get, form.Key);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Theory]
    [InlineData("../../keys.json")]
    [InlineData("..%2f..%2fkeys.json")]
    [InlineData("00000000-0000-4000-8000-00000000000/")]
    [InlineData("00000000-0000-4000-8000-00000000000.")]
    [InlineData("00000000-0000-4000-8000-0000000000AA")]
    [InlineData("")]
    public async Task A_key_leads_nowhere_else(string key)
    {
        using var client = await _server.ListenAsync();
        using var response = await client.GetAsync($"/attachments/{key}", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Forms_are_bounded_in_size_and_number()
    {
        var account = await _server.AddAccountAsync();
        async Task<int> StatusAsync(string query) =>
            (await _server.AskAsync("GET", $"/v4/attachments/form/upload{query}", account.Caller)).Status;
        Assert.Equal(401, (await _server.AskAsync("GET", "/v4/attachments/form/upload")).Status);
        Assert.Equal(413, await StatusAsync($"?uploadLength={ServerLimits.Attachment + 1}"));
        Assert.Equal(400, await StatusAsync("?uploadLength=0"));
        Assert.Equal(400, await StatusAsync("?uploadLength=-1"));
        Assert.Equal(200, await StatusAsync(""));
        for (var i = 1; i < ServerLimits.Attachments.Burst; i++)
        {
            Assert.Equal(200, await StatusAsync("?uploadLength=1"));
        }

        Assert.Equal(429, await StatusAsync("?uploadLength=1"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Only(HttpResponseMessage response, string header) => response.Headers.GetValues(header).Single();

    private static UploadFormJson With(UploadFormJson form, string authorization) =>
        form with { Headers = new Dictionary<string, string>(form.Headers) { ["Authorization"] = authorization } };

    private static HttpRequestMessage Request(
        HttpMethod method, string key, UploadFormJson form, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, $"/attachments{(key.Length > 0 ? "/" : "")}{key}");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.TryAddWithoutValidation("Authorization", form.Headers["Authorization"]);
        request.Headers.TryAddWithoutValidation("Upload-Metadata", "filename " + Convert.ToBase64String(Encoding.ASCII.GetBytes(form.Key)));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private async Task<HttpResponseMessage> CreateAsync(
        HttpClient client, UploadFormJson form, long length, byte[] bytes, int? breakAfter = null)
    {
        using var request = Request(HttpMethod.Post, "", form, ("Upload-Length", $"{length}"));
        request.Content = new BrokenContent(bytes, breakAfter, BegunAsync);
        return await client.SendAsync(request, Cancellation);
    }

    private static async Task<HttpResponseMessage> ResumeAsync(HttpClient client, UploadFormJson form, int offset, byte[] bytes)
    {
        using var request = Request(HttpMethod.Patch, form.Key, form, ("Upload-Offset", $"{offset}"));
        request.Content = new BrokenContent(bytes, null);
        return await client.SendAsync(request, Cancellation);
    }

    // As clients do: the server may still be at work on what came before the connection broke, and then they ask again.
    private static async Task<HttpResponseMessage> GoOnAsync(HttpClient client, UploadFormJson form, byte[] bytes)
    {
        while (true)
        {
            var offset = await OffsetAsync(client, form);
            Assert.InRange(offset, 1, 100_000);
            var answer = await ResumeAsync(client, form, offset, bytes[offset..]);
            if (answer.StatusCode is not (HttpStatusCode.Conflict or HttpStatusCode.Locked))
            {
                return answer;
            }

            answer.Dispose();
        }
    }

    // Some bytes of it are in a file.
    private async Task BegunAsync()
    {
        var folder = new DirectoryInfo(_temporary["blobs"]);
        while (!folder.Exists || !folder.EnumerateFiles("*", SearchOption.AllDirectories).Any(file => file.Length > 0))
        {
            await Task.Delay(1, Cancellation);
            folder.Refresh();
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, $"/attachments/{key}");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request, Cancellation);
    }

    private static async Task<int> OffsetAsync(HttpClient client, UploadFormJson form)
    {
        using var request = Request(HttpMethod.Head, form.Key, form);
        using var response = await client.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return int.Parse(Only(response, "Upload-Offset"));
    }

    private async Task<UploadFormJson> FormAsync(long length)
    {
        var account = await _server.AddAccountAsync();
        var response = await _server.AskAsync("GET", $"/v4/attachments/form/upload?uploadLength={length}", account.Caller);
        Assert.Equal(200, response.Status);
        var form = JsonSerializer.Deserialize(response.Body.Span, WireJson.Default.UploadFormJson)!;
        Assert.Equal(3, form.Cdn);
        Assert.EndsWith("/attachments", form.SignedUploadLocation);
        return form;
    }

    /// <summary>Bytes that may break off on the way.</summary>
    private sealed class BrokenContent : HttpContent
    {
        private readonly byte[] _bytes;
        private readonly int? _breakAfter;

        private readonly Func<Task>? _beforeBreak;

        public BrokenContent(byte[] bytes, int? breakAfter, Func<Task>? beforeBreak = null)
        {
            (_bytes, _breakAfter, _beforeBreak) = (bytes, breakAfter, beforeBreak);
            Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_bytes.AsMemory(0, _breakAfter ?? _bytes.Length), Cancellation);
            await stream.FlushAsync(Cancellation);
            if (_breakAfter is not null)
            {
                // A connection that breaks before the server has looked at the request leaves nothing behind.
                await (_beforeBreak?.Invoke() ?? Task.CompletedTask);
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
