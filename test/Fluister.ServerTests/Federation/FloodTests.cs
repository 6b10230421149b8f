using Fluister.Server.Federation;
using Fluister.Server.Operations;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.ServerTests.Federation;

/// <summary>A peer sends more than may come: it is limited by itself, and what others send is delivered meanwhile.</summary>
public sealed class FloodTests
{
    // What may come from one account of a peer's to one of ours at once: an hour's worth of one a minute.
    private const int Burst = 60;

    private static ServerOptions Slow { get; } = new() { MessagesPerPair = 1, SealedMessagesPerPair = 2 };

    [Fact]
    public async Task A_flood_at_one_recipient_is_held_back_and_nothing_else_is()
    {
        await using var scene = await LyingPeer.StartAsync(options: Slow);
        var (anna, ben) = (await scene.Here.AddAccountAsync(), await scene.Here.AddAccountAsync());
        var (own, honest) = (LyingPeer.Mint(scene.Liar), LyingPeer.Mint(scene.Honest));
        var flood = scene.Number(
            [.. Enumerable.Range(1, 200).Select(i => i % 10 == 0 ? LyingPeer.Text(ben, own, i) : LyingPeer.Text(anna, own, i))]);
        var answer = await scene.SendAsync(flood);
        var toAnna = flood.Items.Where(item => item.Account == LyingPeer.Bytes(anna.Account.Aci)).ToList();
        Assert.Equal(toAnna.Skip(Burst).Select(item => (item.Number, Kind.Limited)), answer.Outcomes.Select(o => (o.Number, o.Kind)));
        Assert.All(answer.Outcomes, outcome => Assert.InRange(outcome.RetryAfterSeconds, 1u, 3600u));
        Assert.Equal(Burst, scene.Read(anna).Count);
        Assert.Equal(20, scene.Read(ben).Count);

        // Other accounts of the same peer come to the peer's own bound; another peer has one of its own, and so has who lives here.
        var others = scene.Number([.. Enumerable.Range(1, 100).Select(i => LyingPeer.Text(anna, LyingPeer.Mint(scene.Liar), i))]);
        var limited = (await scene.SendAsync(others)).Outcomes;
        Assert.All(limited, outcome => Assert.Equal(Kind.Limited, outcome.Kind));
        Assert.InRange(limited.Count, 100 - Burst, 99);
        Assert.Equal(Burst + 100 - limited.Count, scene.Read(anna).Count);
        Assert.Empty((await scene.SendAsync(scene.Number(LyingPeer.Text(anna, honest, 7)), scene.Honest)).Outcomes);
        Assert.Equal((honest, 7), scene.Read(anna)[^1]);
        var body = """
            {"messages":[{"type":1,"destinationDeviceId":1,"destinationRegistrationId":1001,"content":"AAAA"}],"timestamp":1}
            """;
        var local = await scene.Here.AskAsync("PUT", $"/v1/messages/{anna.Id}", ben.Caller, System.Text.Encoding.UTF8.GetBytes(body));
        Assert.Equal(200, local.Status);
        Assert.Equal(ben.Account.Aci, scene.Read(anna)[^1].Source);
    }

    [Fact]
    public async Task What_was_held_back_comes_later_in_order_and_once()
    {
        await using var scene = await LyingPeer.StartAsync(options: Slow);
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        var items = scene.Number([.. Enumerable.Range(1, Burst + 3).Select(i => LyingPeer.Text(anna, own, i))]).Items;
        var answer = await scene.SendAsync(new Transaction { Items = { items } });
        while (answer.Outcomes.Count > 0)
        {
            scene.Clock.Advance(TimeSpan.FromSeconds(answer.Outcomes[0].RetryAfterSeconds));
            answer = await scene.SendAsync(new Transaction { Items = { items } });
        }

        Assert.Equal(Enumerable.Range(1, Burst + 3), scene.Read(anna).Select(letter => letter.Number));
    }

    [Fact]
    public async Task A_peer_that_is_limited_may_do_a_tenth()
    {
        await using var scene = await LyingPeer.StartAsync(PeerState.Limit, Slow);
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        var answer = await scene.SendAsync(scene.Number([.. Enumerable.Range(1, 20).Select(i => LyingPeer.Text(anna, own, i))]));
        Assert.Equal(20 - (Burst / 10), answer.Outcomes.Count);
        Assert.Equal(Burst / 10, scene.Read(anna).Count);
    }

    [Fact]
    public async Task More_bytes_than_a_peer_may_send_are_refused_and_another_peer_s_are_not()
    {
        await using var scene = await LyingPeer.StartAsync(PeerState.Limit);
        var statuses = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            var empty = Array.Empty<byte>();
            var headers = scene.Sign(empty);
            headers["Content-Length"] = $"{8 << 20}";
            statuses.Add((await scene.AskAsync(headers, empty)).Status);
        }

        Assert.Equal([200, 200, 200, 429, 429, 429], statuses);
        var body = new Transaction().ToByteArray();
        Assert.Equal(200, (await scene.AskAsync(scene.Sign(body, by: scene.Honest), body)).Status);
    }

    [Fact]
    public async Task Signatures_that_do_not_hold_are_not_checked_for_ever()
    {
        await using var scene = await LyingPeer.StartAsync();
        var body = new Transaction().ToByteArray();
        var forged = scene.Sign(body);
        forged[HttpSignature.Header] = forged[HttpSignature.Header].Replace(":", ":AAAA", StringComparison.Ordinal)[..^5] + ":";
        var statuses = new HashSet<int>();
        for (var i = 0; i < 150; i++)
        {
            statuses.Add((await scene.AskAsync(forged, body)).Status);
        }

        Assert.Equal([401, 429], statuses.Order());

        // Whoever asks from elsewhere is let in, in whosever name the other tried.
        Assert.Equal(200, (await scene.AskAsync(scene.Sign(body), body, origin: 2)).Status);
    }
}
