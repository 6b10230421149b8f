using System.Net;
using Fluister.Server.Federation;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.ServerTests.Federation;

/// <summary>A peer runs a later version, or an earlier one: what is not known is passed over or refused by itself, and the rest is
/// done.</summary>
public sealed class MixedVersionTests
{
    private const int Unknown = 1500;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fields_that_are_not_known_are_passed_over()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        var item = scene.Number(LyingPeer.Text(anna, own, 1)).Items[0];
        var part = Later(item.Message.Parts[0]);
        item.Message.Parts.Clear();
        var message = With(Later(item.Message), 7, part);
        item.Message = null;
        var body = With(Later(new Transaction()), 3, With(Later(item), 3, message));
        var answer = await scene.AskAsync(scene.Sign(body), body);
        Assert.Equal(200, answer.Status);
        Assert.Empty(TransactionResponse.Parser.ParseFrom(answer.Body.Span).Outcomes);
        Assert.Equal([(own, 1)], scene.Read(anna));
    }

    [Fact]
    public async Task Items_of_a_kind_that_is_not_known_are_refused_and_the_others_are_done()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        var later = new Item { Account = LyingPeer.Bytes(anna.Account.Aci) };
        var transaction = scene.Number(LyingPeer.Text(anna, own, 1), later, LyingPeer.Text(anna, own, 2));
        transaction.Items[1] = Item.Parser.ParseFrom(With(later.ToByteArray(), 12, [8, 1]));
        var answer = await scene.SendAsync(transaction);
        Assert.Equal((later.Number, Kind.Refused), (answer.Outcomes[0].Number, Assert.Single(answer.Outcomes).Kind));
        Assert.Equal([(own, 1), (own, 2)], scene.Read(anna));
    }

    [Fact]
    public async Task An_outcome_that_is_not_known_is_one_and_the_link_goes_on()
    {
        await using var scene = await LyingPeer.StartAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var taken = new List<int>();
        var done = new TaskCompletionSource();
        scene.Answer = (_, body, _) =>
        {
            var transaction = Transaction.Parser.ParseFrom(body);
            var answer = new TransactionResponse { Highest = transaction.Items.Max(item => item.Number) };
            foreach (var item in transaction.Items)
            {
                taken.Add(BitConverter.ToInt32(item.Message.Parts[0].Content.Span));
                answer.Outcomes.Add(new Outcome { Number = item.Number, Kind = (Kind)77 });
            }

            if (taken.Count == 2)
            {
                done.SetResult();
            }

            return Task.FromResult(Protobuf(Later(answer)));
        };
        var relaying = scene.Here.Home.Relay.RunAsync(stop.Token);
        var target = await scene.Liar.AddAccountAsync();
        foreach (var number in (int[])[1, 2])
        {
            await scene.Here.Home.Relay.Outbox.AppendAsync([new OutboxItem(
                scene.Liar.Identity.Tag, target.Account.Aci, LyingPeer.Text(target, LyingPeer.Mint(scene.Here), number))]);
        }

        await done.Task.WaitAsync(Cancellation);
        await stop.CancelAsync();
        await Task.WhenAny(relaying);
        Assert.Equal([1, 2], taken);
    }

    [Fact]
    public async Task A_question_that_an_earlier_version_does_not_know_leaves_the_client_a_failure_that_passes()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        scene.Answer = (_, _, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        var answer = await scene.Here.AskAsync("GET", $"/v1/profile/{LyingPeer.Mint(scene.Liar)}", anna.Caller);
        Assert.Equal(503, answer.Status);
    }

    [Fact]
    public async Task An_answer_of_a_later_version_is_read()
    {
        await using var scene = await LyingPeer.StartAsync();
        scene.Answer = (_, _, _) => Task.FromResult(Protobuf(Later(new PingResponse { Time = 7, Capabilities = { "something new" } })));
        var answer = await scene.Here.Home.Relay.Client.AskAsync<PingResponse>(
            scene.Here.Home.Relay.Peers.Find(scene.Liar.Identity.Tag)!, "ping", new PingRequest(), TimeSpan.FromSeconds(5), Cancellation);
        Assert.Equal(7u, answer.Time);

        // A ping that says nothing is one of a version that says nothing.
        scene.Answer = (_, _, _) => Task.FromResult(Protobuf([]));
        answer = await scene.Here.Home.Relay.Client.AskAsync<PingResponse>(
            scene.Here.Home.Relay.Peers.Find(scene.Liar.Identity.Tag)!, "ping", new PingRequest(), TimeSpan.FromSeconds(5), Cancellation);
        Assert.Empty(answer.Capabilities);
    }

    private static HttpResponseMessage Protobuf(byte[] body) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(body) };

    // As a later version might write it: with a field of each wire type that nobody knows yet.
    private static byte[] Later(IMessage message)
    {
        using var stream = new MemoryStream();
        using (var coded = new CodedOutputStream(stream, leaveOpen: true))
        {
            coded.WriteTag(Unknown, WireFormat.WireType.Varint);
            coded.WriteUInt64(ulong.MaxValue);
            coded.WriteTag(Unknown + 1, WireFormat.WireType.Fixed64);
            coded.WriteFixed64(5);
            coded.WriteTag(Unknown + 2, WireFormat.WireType.Fixed32);
            coded.WriteFixed32(5);
        }

        return With([.. stream.ToArray(), .. message.ToByteArray()], Unknown + 3, [1, 2, 3]);
    }

    private static byte[] With(byte[] message, int field, byte[] value)
    {
        using var stream = new MemoryStream();
        using (var coded = new CodedOutputStream(stream, leaveOpen: true))
        {
            coded.WriteTag(field, WireFormat.WireType.LengthDelimited);
            coded.WriteBytes(ByteString.CopyFrom(value));
        }

        return [.. message, .. stream.ToArray()];
    }
}
