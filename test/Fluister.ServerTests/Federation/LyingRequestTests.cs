using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>Requests that were signed by a good key, and are sent again, elsewhere, later, or with something else in them.</summary>
public sealed class LyingRequestTests
{
    private static readonly byte[] Ping = new PingRequest().ToByteArray();

    [Fact]
    public async Task What_was_sent_is_not_taken_a_second_time()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        var transaction = scene.Number(LyingPeer.Text(anna, own, 1));
        transaction.Items.Add(Now(anna, own, 2));
        var body = transaction.ToByteArray();
        var headers = scene.Sign(body);
        Assert.Equal(200, (await scene.AskAsync(headers, body)).Status);
        Assert.Equal(401, (await scene.AskAsync(headers, body)).Status);
        Assert.Equal([(own, 1)], scene.Read(anna));
    }

    [Fact]
    public async Task A_transaction_that_is_signed_anew_has_its_effect_once()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        var (first, second, third) = (LyingPeer.Text(anna, own, 1), LyingPeer.Text(anna, own, 2), LyingPeer.Text(anna, own, 3));
        var numbered = scene.Number(first, second, third);
        foreach (var items in (Item[][])[[first, second], [first, second], [second], [first, second, third], [first, third], [third]])
        {
            var answer = await scene.SendAsync(new Transaction { Items = { items } });
            Assert.Empty(answer.Outcomes);
        }

        Assert.Equal([(own, 1), (own, 2), (own, 3)], scene.Read(anna));

        // One that comes late, after what is later, is done already as far as anybody can tell: an honest server sends nothing so.
        await scene.SendAsync(new Transaction { Items = { Again(first, anna, own) } });
        Assert.Equal(3, scene.Read(anna).Count);
        Assert.Equal(3, numbered.Items.Count);
    }

    [Fact]
    public async Task A_gap_between_numbers_means_nothing()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        for (var i = 1; i <= 3; i++)
        {
            scene.Clock.Advance(TimeSpan.FromSeconds(i * 17));
            await scene.SendAsync(scene.Number(LyingPeer.Text(anna, own, i)));
        }

        Assert.Equal([(own, 1), (own, 2), (own, 3)], scene.Read(anna));
    }

    [Fact]
    public async Task What_was_signed_for_another_server_is_not_taken()
    {
        await using var scene = await LyingPeer.StartAsync();
        Assert.Equal(401, (await AskAsync(scene, scene.Sign(Ping, Path("ping"), to: scene.Honest.Identity.Tag))).Status);

        // Nor where it is only said that it was signed for this one.
        var headers = scene.Sign(Ping, Path("ping"), to: scene.Honest.Identity.Tag);
        headers[PeerSignature.DestinationHeader] = scene.Here.Identity.Tag.ToString();
        Assert.Equal(401, (await AskAsync(scene, headers)).Status);
        Assert.Equal(200, (await AskAsync(scene, scene.Sign(Ping, Path("ping")))).Status);
    }

    [Fact]
    public async Task What_was_signed_for_something_else_is_not_taken()
    {
        await using var scene = await LyingPeer.StartAsync();
        Assert.Equal(401, (await AskAsync(scene, scene.Sign(Ping, Path("devices")))).Status);
        Assert.Equal(401, (await AskAsync(scene, scene.Sign(Ping, Path("ping"), verb: "GET"))).Status);
        var unsigned = scene.Sign(Ping, Path("ping"));
        unsigned.Remove(HttpSignature.Header);
        Assert.Equal(401, (await AskAsync(scene, unsigned)).Status);
        Assert.Equal(401, (await AskAsync(scene, [])).Status);
    }

    [Fact]
    public async Task The_body_is_the_one_that_was_signed()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var (said, done) = (Body(scene, anna, 1), Body(scene, anna, 2));
        var headers = scene.Sign(said);
        headers["Content-Length"] = $"{done.Length}";
        Assert.Equal(400, (await scene.AskAsync(headers, done)).Status);
        headers[HttpSignature.DigestHeader] = HttpSignature.Digest(done);
        Assert.Equal(401, (await scene.AskAsync(headers, done)).Status);
        Assert.Empty(scene.Read(anna));
    }

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public async Task A_clock_that_is_off_is_told_so(int seconds)
    {
        await using var scene = await LyingPeer.StartAsync();
        scene.Clock.Advance(TimeSpan.FromSeconds(seconds));
        var headers = scene.Sign(Ping, Path("ping"));
        scene.Clock.Advance(TimeSpan.FromSeconds(-seconds));
        var answer = await AskAsync(scene, headers);
        Assert.Equal(401, answer.Status);
        Assert.Contains("clock", System.Text.Encoding.UTF8.GetString(answer.Body.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity")]
    public async Task Nothing_is_unpacked(string encoding)
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var body = Body(scene, anna, 1);
        var headers = scene.Sign(body);
        headers["Content-Encoding"] = encoding;
        Assert.Equal(400, (await scene.AskAsync(headers, body)).Status);
        Assert.Empty(scene.Read(anna));
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_of_no_length_is_not_read()
    {
        await using var scene = await LyingPeer.StartAsync();
        var large = new byte[(8 << 20) + 1];
        Assert.Equal(413, (await scene.AskAsync(scene.Sign(large), large)).Status);
        var endless = scene.Sign(Ping);
        endless.Remove("Content-Length");
        Assert.Equal(411, (await scene.AskAsync(endless, Ping)).Status);
    }

    [Theory]
    [InlineData("transactions")]
    [InlineData("keys")]
    [InlineData("devices")]
    [InlineData("profile")]
    [InlineData("exists")]
    [InlineData("identities")]
    [InlineData("username")]
    [InlineData("username-link")]
    public async Task Bytes_that_are_no_request_are_refused(string name)
    {
        await using var scene = await LyingPeer.StartAsync();
        var random = new Random(5);
        for (var length = 1; length < 200; length += 7)
        {
            var body = new byte[length];
            random.NextBytes(body);
            body[0] = 0x0a;
            var answer = await scene.AskAsync(scene.Sign(body, Path(name)), body, Path(name));
            Assert.True(answer.Status is 200 or 400 or 422, $"{answer.Status} for {Convert.ToHexString(body)}");
        }

        // Deeper than anybody reads.
        var nested = Enumerable.Repeat((byte)0x0b, 10_000).ToArray();
        Assert.Equal(400, (await scene.AskAsync(scene.Sign(nested, Path(name)), nested, Path(name))).Status);
    }

    [Fact]
    public async Task Nobody_is_asked_for_in_the_name_of_others()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        foreach (var asker in new[] { LyingPeer.Mint(scene.Honest), anna.Account.Aci, Guid.Empty })
        {
            var body = new ClaimRequest
            {
                Claim = LyingPeer.Bytes(Guid.NewGuid()),
                Aci = LyingPeer.Bytes(anna.Account.Aci),
                Asker = new Asker { Aci = LyingPeer.Bytes(asker) },
            }.ToByteArray();
            var answer = await scene.AskAsync(scene.Sign(body, Path("keys")), body, Path("keys"));
            Assert.True(answer.Status is 400 or 403
                || ClaimResponse.Parser.ParseFrom(answer.Body.Span) is { Found: Found.NotAuthorized, Devices.Count: 0, List: null });
        }
    }

    private static string Path(string name) => $"/federation/v1/{name}";

    private static ValueTask<Response> AskAsync(LyingPeer scene, Dictionary<string, string> headers) =>
        scene.AskAsync(headers, Ping, Path("ping"));

    private static byte[] Body(LyingPeer scene, TestAccount to, int number) =>
        scene.Number(LyingPeer.Text(to, LyingPeer.Mint(scene.Liar), number)).ToByteArray();

    private static Item Now(TestAccount to, Guid from, int number)
    {
        var item = LyingPeer.Text(to, from, number);
        item.Number = 0;
        return item;
    }

    private static Item Again(Item item, TestAccount to, Guid from)
    {
        var again = LyingPeer.Text(to, from, 9);
        again.Number = item.Number;
        return again;
    }
}
