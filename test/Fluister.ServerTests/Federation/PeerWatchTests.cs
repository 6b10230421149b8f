using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Requests;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Federation;

/// <summary>What a peer says of itself later: which of it is believed, and what is told of the rest.</summary>
public sealed class PeerWatchTests : IAsyncDisposable
{
    private readonly TestServer _there = new();
    private readonly TestServer _here;
    private readonly Dictionary<string, byte[]> _elsewhere = [];
    private byte[] _shown = [];

    public PeerWatchTests()
    {
        _here = new TestServer(connect: _ => new Shown(server => _elsewhere.GetValueOrDefault(server.Host, _shown)), clock: _there.Clock);
    }

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    private PeerBook Book => _here.Home.Relay.Peers;

    private Peer Peer => Book.Find(_there.Identity.Tag)!;

    [Fact]
    public async Task A_later_descriptor_is_taken_and_with_it_a_key_that_was_handed_on_to()
    {
        await AddAsync();
        var later = Said() with { Sequence = Said().Sequence + 1, Domain = "moved.example" };
        Assert.Equal("", await LookAsync(Sign(later)));
        Assert.Equal((later.Sequence, "moved.example"), (Peer.Said.Sequence, Peer.Said.Domain));
        var next = KeyPair.Generate(RandomSource.System);
        var handed = later with
        {
            Sequence = later.Sequence + 1,
            Keys = [KeyHistory.HandOn(_there.Key, _there.Identity.Key.Private, next.Public, RandomSource.System)],
        };
        Assert.Equal("", await LookAsync(Sign(handed, next.Private)));
        Assert.Equal(next.Public, Peer.Key);
        Assert.Equal("moved.example", Assert.Single(ListedPeer.All(_here.Database)).Domain);
    }

    [Fact]
    public async Task Another_domain_is_taken_only_where_it_leads_to_the_same_descriptor()
    {
        await AddAsync();
        var later = Said() with { Sequence = Said().Sequence + 1, Domain = "bank.example" };
        foreach (var there in new[]
        {
            "nothing"u8.ToArray(),
            Sign(later with { Domain = "other.example" }),
            Sign(later with { Sequence = later.Sequence - 1 }),
            Sign(later, KeyPair.Generate(RandomSource.System).Private),
        })
        {
            _elsewhere["bank.example"] = there;
            Assert.Contains("bank.example", await LookAsync(Sign(later)));
            Assert.Equal("localhost", Peer.Said.Domain);
        }

        _elsewhere["bank.example"] = Sign(later);
        Assert.Equal("", await LookAsync(Sign(later)));
        Assert.Equal("bank.example", Peer.Said.Domain);
    }

    [Fact]
    public async Task What_goes_wrong_with_one_peer_does_not_end_the_watch_over_the_others()
    {
        var asked = 0;
        await using var here = new TestServer(clock: _there.Clock, connect: peer => new Asked(() =>
        {
            if (peer.Tag == _there.Identity.Tag)
            {
                throw new NotSupportedException();
            }

            Interlocked.Increment(ref asked);
            return new HttpResponseMessage(System.Net.HttpStatusCode.ServiceUnavailable);
        }));
        await using var other = new TestServer(clock: _there.Clock);
        var peers = here.Home.Relay.Peers;
        var now = here.Clock.GetUtcNow();
        await peers.AddAsync(_there.Key, "a.example", _there.Describe(domain: "a.example"), PeerState.Allow, now);
        await peers.AddAsync(other.Key, "b.example", other.Describe(domain: "b.example"), PeerState.Allow, now);
        using var stopping = new CancellationTokenSource();
        var watching = here.Home.Relay.Watch.RunAsync(stopping.Token);
        for (var round = 1; round <= 3; round++)
        {
            while (Volatile.Read(ref asked) < round && !watching.IsCompleted)
            {
                if (here.Clock.Timers > 0)
                {
                    here.Clock.Advance(ServerLimits.PeerPing);
                }

                await Task.Delay(2, TestContext.Current.CancellationToken);
            }

            Assert.False(watching.IsCompleted);
        }

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await watching.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_older_one_is_a_rollback_and_is_told()
    {
        await AddAsync();
        var older = Said() with { Sequence = Said().Sequence - 1, Domain = "x.example" };
        Assert.Contains("older than one that was seen", await LookAsync(Sign(older)));
        Assert.Equal("localhost", Peer.Said.Domain);
    }

    [Fact]
    public async Task One_by_another_key_is_of_another_server_and_is_told()
    {
        await AddAsync();
        using var swapped = KeyPair.Generate(RandomSource.System).Private;
        var later = Said() with { Sequence = Said().Sequence + 1, Domain = "x.example" };
        Assert.Contains("not signed with the key", await LookAsync(Sign(later, swapped)));
        var own = later with { IdentityKey = swapped.PublicKey().Serialized.ToArray() };
        Assert.Contains("not signed with the key", await LookAsync(Sign(own, swapped)));
        Assert.Equal("localhost", Peer.Said.Domain);
    }

    [Fact]
    public async Task One_that_has_expired_or_that_nothing_can_be_done_with_is_told()
    {
        await AddAsync();
        var later = Said() with { Sequence = Said().Sequence + 1 };
        var expired = later with { Expires = _there.Clock.GetUtcNow().ToUnixTimeMilliseconds() - 1 };
        Assert.Contains("has expired", await LookAsync(Sign(expired)));
        var plain = later with { Urls = later.Urls with { Chat = "http://plain.example" }, Federation = null };
        Assert.Contains("cannot be used", await LookAsync(Sign(plain)));
        Assert.Contains("not signed with the key", await LookAsync([1, 2, 3]));

        // {"keys":[null]}
        Assert.Contains("not signed with the key", await LookAsync("""{"descriptor":"eyJrZXlzIjpbbnVsbF19","signature":""}"""u8.ToArray()));
        Assert.Contains("cannot be used", await LookAsync(Sign(later with { Domain = "0123456789" })));
        Assert.Contains("cannot be used", await LookAsync(Sign(later with { Tls = new DescriptorTls("", [1, 2]) })));
        Assert.Equal(later.Sequence - 1, Peer.Said.Sequence);
    }

    [Fact]
    public async Task A_peer_whose_descriptor_has_expired_is_neither_asked_nor_let_in_until_it_shows_a_later_one()
    {
        await AddAsync();
        _there.Clock.Advance(TimeSpan.FromMilliseconds(Peer.Said.Expires!.Value) - TimeSpan.FromMilliseconds(
            _there.Clock.GetUtcNow().ToUnixTimeMilliseconds()) + TimeSpan.FromSeconds(1));
        var asked = await Assert.ThrowsAsync<PeerException>(() => _here.Home.Relay.Client.AskAsync<Wire.Protos.Federation.PingResponse>(
            Peer, "ping", new Wire.Protos.Federation.PingRequest(), TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        Assert.Equal(PeerError.Untrusted, asked.Error);
        Assert.Contains("has expired", asked.Message);
        var doubted = new List<Peer>();
        _here.Home.Relay.Gate.Doubted = doubted.Add;
        var headers = PeerSignature.Sign(
                "GET", "/", [], _here.Identity.Tag, _there.Identity, _there.Clock.GetUtcNow(), RandomSource.System)
            .ToDictionary(header => header.Name, header => header.Value);
        var refused = Assert.Throws<RefusedException>(() => _here.Home.Relay.Gate.Admit("GET", "/", headers.GetValueOrDefault));
        Assert.Equal(401, refused.Response.Status);
        Assert.Single(doubted);
        Assert.Equal("", await LookAsync(_there.Describe()));
        Assert.Equal(_there.Identity.Tag, _here.Home.Relay.Gate.Admit("GET", "/", headers.GetValueOrDefault).Tag);
    }

    [Fact]
    public async Task A_peer_that_signs_with_a_new_key_is_believed_once_its_descriptor_was_fetched()
    {
        await AddAsync();
        var rotated = _there.Identity.RotateKey(RandomSource.System);
        _shown = Sign(Said() with { Sequence = Said().Sequence + 1, Keys = rotated.Keys }, rotated.Key.Private);
        Peer Ask()
        {
            var headers = PeerSignature.Sign("GET", "/", [], _here.Identity.Tag, rotated, _there.Clock.GetUtcNow(), RandomSource.System)
                .ToDictionary(header => header.Name, header => header.Value);
            return _here.Home.Relay.Gate.Admit("GET", "/", headers.GetValueOrDefault);
        }

        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Book.Changed = () => changed.TrySetResult();
        Assert.Equal(401, Assert.Throws<RefusedException>(Ask).Response.Status);
        await changed.Task;
        Assert.Equal(rotated.Key.Public, Ask().Key);
    }

    [Fact]
    public async Task Peers_are_asked_now_and_then_and_a_later_descriptor_is_fetched()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var peer = pair.Here.Home.Relay.Peers.Find(pair.There.Identity.Tag)!;
        using var stopping = new CancellationTokenSource();
        var watching = pair.Here.Home.Relay.Watch.RunAsync(stopping.Token);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.Here.Home.Relay.Peers.Changed = () => changed.TrySetResult();
        pair.Clock.Advance(ServerLimits.PeerPing);
        await changed.Task;
        Assert.True(pair.Here.Home.Relay.Peers.Find(peer.Tag)!.Said.Sequence > peer.Said.Sequence);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await watching.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("NL", true)]
    [InlineData("US", false)]
    [InlineData(null, false)]
    public async Task A_peer_of_another_country_is_kept_out_both_ways(string? country, bool isTaken)
    {
        await using var here = new TestServer(options: new Fluister.Server.Operations.ServerOptions { PeerCountries = ["DE", "NL"] });
        var peers = here.Home.Relay.Peers;
        await peers.AddAsync(_there.Key, "there.example", Sign(Said() with { Country = country }), PeerState.Allow, here.Clock.GetUtcNow());
        var headers = PeerSignature.Sign("GET", "/", [], here.Identity.Tag, _there.Identity, here.Clock.GetUtcNow(), RandomSource.System)
            .ToDictionary(header => header.Name, header => header.Value);
        Assert.Equal(isTaken, here.Home.Relay.PeerOf(_there.Identity.Tag.Mint(RandomSource.System)) is not null);
        if (!isTaken)
        {
            var refused = Assert.Throws<RefusedException>(() => here.Home.Relay.Gate.Admit("GET", "/", headers.GetValueOrDefault)).Response;
            Assert.Equal(403, refused.Status);
            Assert.Contains("certain countries", System.Text.Encoding.ASCII.GetString(refused.Body.Span));
        }
        else
        {
            Assert.NotNull(here.Home.Relay.Gate.Admit("GET", "/", headers.GetValueOrDefault));
        }
    }

    private Task AddAsync() => Book.AddAsync(_there.Key, "localhost", _there.Describe(), PeerState.Allow, _there.Clock.GetUtcNow());

    private DescriptorJson Said() => SignedDescriptor.Read(_there.Describe(), _there.Key)!;

    private byte[] Sign(DescriptorJson said, PrivateKey? key = null) => SignedDescriptor.Sign(
        JsonSerializer.SerializeToUtf8Bytes(said, DescriptorJsonContext.Default.DescriptorJson),
        key ?? _there.Identity.Key.Private,
        RandomSource.System);

    // What is told of it in the operator's list; nothing where it was taken.
    private async Task<string> LookAsync(byte[] shown)
    {
        _shown = shown;
        _there.Clock.Advance(ServerLimits.NoteStep);
        var before = Peer.Said.Sequence;
        await _here.Home.Relay.Watch.FetchAsync(Peer, TestContext.Current.CancellationToken);
        await _here.Database.WriteAsync(_ => true);
        return Peer.Said.Sequence > before ? "" : Assert.Single(ListedPeer.All(_here.Database)).Error ?? "nothing";
    }

    private sealed class Asked(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer());
    }

    private sealed class Shown(Func<Uri, byte[]> what) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal(SignedDescriptor.Path, request.RequestUri!.AbsolutePath);
            return Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(what(request.RequestUri)) });
        }
    }
}
