using System.Net;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Federation;

/// <summary>Attachments and avatars of other servers: a client asks its own, and gets what their home has.</summary>
public sealed class RemoteBlobTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(3_000_000)]
    public async Task An_attachment_is_fetched_once_and_kept(int length)
    {
        await using var scene = await BlobScene.StartAsync();
        var bytes = new SeededRandom(length).Bytes(length);
        var key = await BlobScene.UploadAsync(scene.There, bytes);
        using var head = await scene.AskAsync($"/attachments/{key}", verb: HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, (long?)length), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Empty(scene.Kept());
        Assert.Equal(bytes, await GetAsync(scene, key));
        await KeptAsync(scene, 1);
        scene.Asked.Clear();
        Assert.Equal(bytes, await GetAsync(scene, key));
        using var again = await scene.AskAsync($"/attachments/{key}", verb: HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, (long?)length), (again.StatusCode, again.Content.Headers.ContentLength));
        Assert.Empty(scene.Asked);
        Assert.Equal("application/octet-stream", again.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("bytes=990-", 990, 10)]
    [InlineData("bytes=-5", 995, 5)]
    [InlineData("bytes=-5000", 0, 1000)]
    [InlineData("bytes=999-5000", 999, 1)]
    public async Task A_range_is_that_range_from_afar_and_from_the_cache(string range, int start, int length)
    {
        await using var scene = await BlobScene.StartAsync();
        var bytes = new SeededRandom(9).Bytes(1000);
        var key = await BlobScene.UploadAsync(scene.There, bytes);
        foreach (var isKept in new[] { false, true })
        {
            if (isKept)
            {
                await GetAsync(scene, key);
                await KeptAsync(scene, 1);
                scene.Asked.Clear();
            }

            using var part = await scene.AskAsync($"/attachments/{key}", range);
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal($"bytes {start}-{start + length - 1}/1000", part.Content.Headers.ContentRange!.ToString());
            Assert.Equal(bytes[start..(start + length)], await part.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
            using var beyond = await scene.AskAsync($"/attachments/{key}", "bytes=1000-");
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
            Assert.Equal("bytes */1000", beyond.Content.Headers.ContentRange!.ToString());
            Assert.Equal(isKept ? 0 : 2, scene.Asked.Count);
            Assert.Equal(isKept ? 1 : 0, scene.Kept().Count);
        }
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(1, false)]
    public async Task A_peer_that_takes_a_blob_too_slowly_gives_its_place_to_others(int seconds, bool isWhole)
    {
        await using var scene = await BlobScene.StartAsync();
        var key = await BlobScene.UploadAsync(scene.There, new byte[48 << 20]);
        var peer = scene.Here.Home.Relay.Peers.Find(scene.There.Identity.Tag)!;
        using var answer = await scene.Here.Home.Relay.Client.FetchAsync(peer, key, null, TestContext.Current.CancellationToken);
        scene.Clock.Advance(ServerLimits.BlobPause + TimeSpan.FromSeconds(((48 << 20) / ServerLimits.BlobRate) + seconds));
        Task<byte[]> ReadAsync() => answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        if (isWhole)
        {
            Assert.Equal(48 << 20, (await ReadAsync()).Length);
        }
        else
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(ReadAsync);
        }
    }

    [Fact]
    public async Task An_avatar_is_fetched_and_kept()
    {
        await using var scene = await BlobScene.StartAsync();
        var (account, bytes) = (await scene.There.AddAccountAsync(), new SeededRandom(1).Bytes(70_000));
        var set = Json.Body(new { version = new string('a', 64), commitment = new byte[97], name = new byte[81], avatar = true });
        var form = (await scene.There.AskAsync("PUT", "/v1/profile", account.Caller, set)).Read();
        var key = (string)form["key"]!;
        Assert.True(await scene.There.Home.Avatars!.KeepAsync(key, async stream =>
        {
            await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
            return true;
        }));
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(bytes, await scene.Client.GetByteArrayAsync("/" + key, TestContext.Current.CancellationToken));
            await KeptAsync(scene, 1);
        }

        Assert.Single(scene.Asked);
        Assert.Equal($"/federation/v1/blobs/{key}", scene.Asked[0].RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task Nothing_of_the_client_crosses()
    {
        await using var scene = await BlobScene.StartAsync();
        var key = await BlobScene.UploadAsync(scene.There, [1, 2, 3]);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/attachments/{key}?who=me");
        foreach (var (name, value) in new[]
        {
            ("User-Agent", "Signal-Android/1"), ("X-Forwarded-For", "192.0.2.1"), ("Cookie", "a=b"), ("Accept-Language", "nl"),
            ("Range", "items=0-1"), ("If-Range", "\"x\""),
        })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await scene.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3], await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        var asked = Assert.Single(scene.Asked);
        Assert.Empty(asked.RequestUri!.Query);
        string[] told = ["Content-Digest", "Fluister-Destination", "Fluister-Origin", "Signature", "Signature-Input"];
        Assert.Empty(asked.Headers.Select(header => header.Key).Except(told, StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task What_nobody_has_is_not_found_and_a_peer_that_is_down_is_told()
    {
        await using var scene = await BlobScene.StartAsync();
        var nobody = scene.There.Identity.Tag.Mint(RandomSource.System);
        foreach (var path in new[] { $"/attachments/{nobody}", $"/{Fluister.Server.Avatars.AvatarKey.Write(nobody)}" })
        {
            using var missing = await scene.AskAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        }

        var key = await BlobScene.UploadAsync(scene.There, [1]);
        scene.Lie = _ => throw new HttpRequestException("Nobody is there.");
        foreach (var path in new[] { $"/attachments/{key}", $"/{Fluister.Server.Avatars.AvatarKey.Write(nobody)}" })
        {
            using var down = await scene.AskAsync(path);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (down.StatusCode, down.Headers.RetryAfter is not null));
        }
    }

    [Fact]
    public async Task A_peer_is_given_what_is_this_servers_alone_and_strangers_nothing()
    {
        await using var scene = await BlobScene.StartAsync();
        var (own, theirs) = (await BlobScene.UploadAsync(scene.Here, [1, 2]), await BlobScene.UploadAsync(scene.There, [3]));
        var (relay, cancellation) = (scene.There.Home.Relay, TestContext.Current.CancellationToken);
        var here = relay.Peers.Find(scene.Here.Identity.Tag)!;
        using var given = await relay.Client.FetchAsync(here, own, null, cancellation);
        Assert.Equal([1, 2], await given.Content.ReadAsByteArrayAsync(cancellation));
        using var part = await relay.Client.FetchAsync(here, own, "bytes=1-", cancellation);
        Assert.Equal([2], await part.Content.ReadAsByteArrayAsync(cancellation));

        // Not even what lies in the cache.
        Assert.Equal([3], await GetAsync(scene, theirs));
        await KeptAsync(scene, 1);
        scene.Asked.Clear();
        using var foreign = await relay.Client.FetchAsync(here, theirs, null, cancellation);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Empty(scene.Asked);
        using var stranger = await scene.AskAsync($"/federation/v1/blobs/{own}");
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        using var posted = await scene.AskAsync($"/federation/v1/blobs/{own}", verb: HttpMethod.Post);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    }

    [Fact]
    public async Task From_one_place_only_so_much_is_fetched_and_what_is_kept_does_not_count()
    {
        await using var scene = await BlobScene.StartAsync();
        var (kept, other) = (await BlobScene.UploadAsync(scene.There, [1]), await BlobScene.UploadAsync(scene.There, [2]));
        await GetAsync(scene, kept);
        await KeptAsync(scene, 1);
        var origin = Fluister.Server.Hosting.Origin.Of(IPAddress.Loopback, scene.Here.Identity.LimitsKey);
        while (scene.Here.Home.Limits.Wait(ServerLimits.RemoteBlobs, origin) is null)
        {
        }

        using var refused = await scene.AskAsync($"/attachments/{other}");
        Assert.Equal((HttpStatusCode.TooManyRequests, true), (refused.StatusCode, refused.Headers.RetryAfter is not null));
        Assert.Equal([1], await GetAsync(scene, kept));
        scene.Here.Home.Limits.Clear(ServerLimits.RemoteBlobs, origin);
        while (scene.Here.Home.Limits.Wait(ServerLimits.RemoteBlobMebibytes, origin) is null)
        {
        }

        using var tooMuch = await scene.AskAsync($"/attachments/{other}");
        Assert.Equal(HttpStatusCode.TooManyRequests, tooMuch.StatusCode);
    }

    [Fact]
    public async Task Of_many_who_ask_at_once_all_get_it_and_it_is_kept_once()
    {
        await using var scene = await BlobScene.StartAsync();
        var bytes = new SeededRandom(3).Bytes(400_000);
        var key = await BlobScene.UploadAsync(scene.There, bytes);
        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => GetAsync(scene, key)));
        Assert.All(all, got => Assert.Equal(bytes, got));
        await KeptAsync(scene, 1);
        Assert.Equal(Blocks(bytes.Length), scene.Here.Home.BlobCache!.Taken);
    }

    [Fact]
    public async Task A_flood_of_keys_fills_the_cache_to_its_bound_and_no_further()
    {
        await using var scene = await BlobScene.StartAsync(megabytes: 1);
        scene.Lie = _ => Answer(new byte[10_000]);
        var origin = Fluister.Server.Hosting.Origin.Of(IPAddress.Loopback, scene.Here.Identity.LimitsKey);
        var most = 0L;
        for (var i = 0; i < 250; i++)
        {
            Assert.Equal(10_000, (await GetAsync(scene, $"{scene.There.Identity.Tag.Mint(RandomSource.System)}")).Length);
            scene.Here.Home.Limits.Clear(ServerLimits.RemoteBlobs, origin);
            most = Math.Max(most, scene.Here.Home.BlobCache!.Taken);
        }

        await KeptAsync(scene, (1 << 20) / (int)Blocks(10_000));
        Assert.InRange(most, 1, 1 << 20);
    }

    internal static HttpResponseMessage Answer(byte[] bytes) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(bytes) };

    // The file gets its name when the client has it all.
    internal static async Task KeptAsync(BlobScene scene, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (scene.Kept().Count(file => !file.Contains("parts", StringComparison.Ordinal)) != count || scene.Kept().Count != count)
        {
            await Task.Delay(1, limit.Token);
        }
    }

    private static long Blocks(long length) => (length + ServerLimits.DiskBlock - 1) / ServerLimits.DiskBlock * ServerLimits.DiskBlock;

    private static Task<byte[]> GetAsync(BlobScene scene, string key) =>
        scene.Client.GetByteArrayAsync($"/attachments/{key}", TestContext.Current.CancellationToken);
}
