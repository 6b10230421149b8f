using System.Net;
using System.Net.Http.Headers;
using Fluister.Cryptography;
using Fluister.Server;

namespace Fluister.ServerTests.Federation;

/// <summary>A peer that sends of a blob what it did not say, or does not send what it said: no client takes it for whole, and nothing of
/// it is kept.</summary>
public sealed class LyingBlobTests
{
    private const int Length = 200_000;

    public static TheoryData<string> Heads =>
        ["no length", "too long", "part of all", "redirect", "compressed", "error", "found but not said", "unasked range"];

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task A_head_that_is_no_answer_is_told_as_a_peer_that_is_down(string head)
    {
        await using var scene = await BlobScene.StartAsync();
        scene.Lie = _ => Head(head);
        using var answer = await scene.AskAsync(Path(scene));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (answer.StatusCode, answer.Headers.RetryAfter is not null));
        Assert.Empty(scene.Kept());
    }

    [Theory]
    [InlineData("bytes=10-19", "bytes 10-18/100", 9)]
    [InlineData("bytes=10-19", "bytes 11-20/100", 10)]
    [InlineData("bytes=10-19", "bytes 10-19/100", 9)]
    [InlineData("bytes=10-19", "bytes 10-19/*", 10)]
    [InlineData("bytes=-10", "bytes 80-89/100", 10)]
    [InlineData("bytes=10-", "bytes 10-19/110100481", 10)]
    [InlineData("bytes=10-19", "items 10-19/100", 10)]
    public async Task A_range_that_was_not_asked_for_is_not_passed_on(string asked, string told, int length)
    {
        await using var scene = await BlobScene.StartAsync();
        scene.Lie = _ => new HttpResponseMessage(HttpStatusCode.PartialContent)
        {
            Content = new ByteArrayContent(new byte[length]) { Headers = { ContentRange = ContentRangeHeaderValue.Parse(told) } },
        };
        using var answer = await scene.AskAsync(Path(scene), asked);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Theory]
    [InlineData(Length - 1)]
    [InlineData(Length + 1)]
    [InlineData(Length * 20)]
    [InlineData(int.MaxValue)]
    public async Task Another_length_than_was_said_breaks_the_answer_off(int sent)
    {
        await using var scene = await BlobScene.StartAsync();
        scene.Lie = _ => Told(new Scripted(sent), Length);
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(scene));
        await RemoteBlobTests.KeptAsync(scene, 0);
        Assert.Equal(0, scene.Here.Home.BlobCache!.Taken);
        scene.Lie = _ => Told(new Scripted(Length), Length);
        Assert.Equal(Length, (await GetAsync(scene)).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Length / 2)]
    [InlineData(Length)]
    public async Task One_that_stops_is_waited_for_so_long_and_no_longer(int sent)
    {
        await using var scene = await BlobScene.StartAsync();
        var body = new Scripted(sent, isHanging: true);
        scene.Lie = _ => Told(body, Length);
        var broken = Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(scene));
        await body.Hangs.WaitAsync(TestContext.Current.CancellationToken);
        scene.Clock.Advance(ServerLimits.BlobPause);
        var status = (await broken).StatusCode;
        Assert.Equal(sent == 0 ? HttpStatusCode.ServiceUnavailable : null, status);
        await RemoteBlobTests.KeptAsync(scene, 0);
    }

    [Fact]
    public async Task One_that_drips_is_too_slow()
    {
        await using var scene = await BlobScene.StartAsync();
        var body = new Scripted(int.MaxValue, each: () => scene.Clock.Advance(TimeSpan.FromSeconds(4)), most: 1);
        scene.Lie = _ => Told(body, Length);
        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(scene));
        Assert.InRange(body.Sent, 1, 4);
    }

    private static Task<byte[]> GetAsync(BlobScene scene) =>
        scene.Client.GetByteArrayAsync(Path(scene), TestContext.Current.CancellationToken);

    private static string Path(BlobScene scene) => $"/attachments/{scene.There.Identity.Tag.Mint(RandomSource.System)}";

    private static HttpResponseMessage Told(Stream body, long length) =>
        new(HttpStatusCode.OK) { Content = new StreamContent(body) { Headers = { ContentLength = length } } };

    private static HttpResponseMessage Head(string head) => head switch
    {
        "no length" => new(HttpStatusCode.OK) { Content = new StreamContent(new Scripted(1000)) },
        "too long" => Told(new Scripted(1000), ServerLimits.Attachment + 1),
        "part of all" => new(HttpStatusCode.PartialContent)
        {
            Content = new ByteArrayContent(new byte[10]) { Headers = { ContentRange = new ContentRangeHeaderValue(0, 9, 100) } },
        },
        "redirect" => new(HttpStatusCode.Found) { Headers = { Location = new Uri("https://127.0.0.1/") } },
        "compressed" => new(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(new byte[10]) { Headers = { ContentEncoding = { "br" } } },
        },
        "error" => new(HttpStatusCode.InternalServerError),
        "found but not said" => new(HttpStatusCode.NoContent),
        _ => new(HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            Content = new ByteArrayContent([]) { Headers = { ContentRange = new ContentRangeHeaderValue(100) } },
        },
    };

    /// <summary>So many bytes, and then the end, or nothing any more.</summary>
    private sealed class Scripted(int length, bool isHanging = false, Action? each = null, int most = 30_000) : Stream
    {
        private readonly SemaphoreSlim _hangs = new(0);

        public int Sent { get; private set; }

        public SemaphoreSlim Hangs => _hangs;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Sent; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            each?.Invoke();
            if (Sent == length && isHanging)
            {
                _hangs.Release();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            var count = Math.Min(Math.Min(buffer.Length, most), length - Sent);
            Sent += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }
    }
}
