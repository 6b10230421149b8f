using System.Net;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Operations;
using Fluister.Server.Requests;

namespace Fluister.ServerTests.Federation;

/// <summary>Servers that nobody has added, where the settings let them in.</summary>
public sealed class IntroductionTests : IAsyncDisposable
{
    private readonly TestServer _there = new();

    public ValueTask DisposeAsync() => _there.DisposeAsync();

    [Fact]
    public async Task A_server_that_says_where_it_is_is_let_in_as_limited()
    {
        await using var here = Open(isPrivate: true);
        await _there.ListenAsync();
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        here.Home.Relay.Peers.Changed = () => changed.TrySetResult();
        var first = Ask(here, $"localhost:{_there.Port}");
        Assert.Equal(503, first.Status);
        Assert.Contains(first.Headers, header => header.Key == "Retry-After");
        await changed.Task;
        Assert.Equal(200, Ask(here, $"localhost:{_there.Port}").Status);
        var peer = Assert.Single(here.Home.Relay.Peers.All);
        Assert.Equal((_there.Identity.Tag, PeerState.Limit), (peer.Tag, peer.State));
    }

    [Fact]
    public async Task Somebody_who_says_that_they_are_there_does_not_keep_out_who_is()
    {
        await using var here = Open(isPrivate: true);
        await _there.ListenAsync();
        var origin = $"localhost:{_there.Port}";
        await using var stranger = new TestServer();
        Assert.Equal(503, Ask(here, origin, stranger).Status);
        while (here.Home.Relay.Introductions.Begin(stranger.Identity.Tag, origin, 0))
        {
            await Task.Yield();
        }

        Assert.Empty(here.Home.Relay.Peers.All);
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        here.Home.Relay.Peers.Changed = () => changed.TrySetResult();
        Assert.Equal(503, Ask(here, origin).Status);
        await changed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(_there.Identity.Tag, Assert.Single(here.Home.Relay.Peers.All).Tag);
    }

    [Fact]
    public async Task One_place_has_few_looked_for_and_others_are_looked_for_on()
    {
        await using var here = Open(isPrivate: true);
        var looked = 0;
        for (var i = 0; i < 30; i++)
        {
            looked += Ask(here, $"host{i}.invalid:1", place: 1).Status == 503 ? 1 : 0;
        }

        Assert.Equal(ServerLimits.IntroductionsOfOrigin.Burst, looked);
        while (here.Home.Relay.Introductions.Begin(_there.Identity.Tag, "host0.invalid:1", 1))
        {
            await Task.Yield();
        }

        Assert.Equal(503, Ask(here, "other.invalid:1", place: 2).Status);
    }

    [Fact]
    public async Task Nobody_is_looked_for_where_the_operator_adds_peers_himself()
    {
        await using var here = new TestServer();
        var told = Ask(here, "localhost:1");
        Assert.Equal(401, told.Status);
        Assert.Contains("Both operators add each other", Encoding.ASCII.GetString(told.Body.Span));
    }

    // By its own word it is at an address of this machine: it is not asked, whoever listens there.
    [Fact]
    public async Task Nothing_is_fetched_from_this_machine_or_its_network()
    {
        await using var here = Open(isPrivate: false);
        await using var liar = await LieAsync();
        Assert.Equal(503, Ask(here, $"localhost:{liar.Port}").Status);
        await EndedAsync(here, $"localhost:{liar.Port}");
        Assert.Equal(0, liar.Requests);
        Assert.Empty(here.Home.Relay.Peers.All);
    }

    [Fact]
    public async Task Who_is_not_there_is_not_looked_for_again_for_a_while()
    {
        await using var here = Open(isPrivate: true);
        await using var liar = await LieAsync();
        var origin = $"localhost:{liar.Port}";
        Assert.Equal(503, Ask(here, origin).Status);
        await EndedAsync(here, origin);
        here.Clock.Advance(ServerLimits.IntroductionRetry / 2);
        Assert.Equal(401, Ask(here, origin).Status);
        Assert.Equal(1, liar.Requests);
        here.Clock.Advance(ServerLimits.IntroductionRetry);
        Assert.Equal(503, Ask(here, origin).Status);
    }

    [Fact]
    public async Task A_descriptor_of_another_server_or_place_lets_nobody_in()
    {
        await using var here = Open(isPrivate: true);
        await using var other = new TestServer();
        var shown = other.Describe();
        _there.Describe();
        await using var liar = await AnsweringPeer.StartAsync(
            _there.Certificate, context => context.Response.Body.WriteAsync(shown).AsTask());
        Assert.Equal(503, Ask(here, $"localhost:{liar.Port}").Status);
        await EndedAsync(here, $"localhost:{liar.Port}");
        shown = _there.Describe(domain: "bank.example");
        here.Clock.Advance(ServerLimits.IntroductionRetry);
        Assert.Equal(503, Ask(here, $"localhost:{liar.Port}").Status);
        await EndedAsync(here, $"localhost:{liar.Port}");
        Assert.Equal(2, liar.Requests);
        Assert.Empty(here.Home.Relay.Peers.All);
    }

    [Fact]
    public async Task However_many_names_are_said_few_are_looked_for()
    {
        await using var here = Open(isPrivate: true);
        var looked = 0;
        for (var i = 0; i < 200; i++)
        {
            looked += Ask(here, $"host{i}.invalid:1").Status == 503 ? 1 : 0;
        }

        Assert.InRange(looked, 1, ServerLimits.IntroductionFetches.Burst);
    }

    [Theory]
    [InlineData("chat.example.org", "https://chat.example.org/")]
    [InlineData("chat.example.org:8443", "https://chat.example.org:8443/")]
    [InlineData("", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.1", null)]
    [InlineData("0x7f000001", null)]
    [InlineData("[::1]", null)]
    [InlineData("chat.example.org:0", null)]
    [InlineData("chat.example.org:65536", null)]
    [InlineData("chat.example.org/path", null)]
    [InlineData("chat.example.org?x", null)]
    [InlineData("chat.example.org#x", null)]
    [InlineData("name@chat.example.org", null)]
    [InlineData("chat.example.org\\@other", null)]
    [InlineData("chat example.org", null)]
    [InlineData("chat%2eexample.org", null)]
    public void Only_a_name_and_a_port_say_where_a_server_is(string origin, string? address) =>
        Assert.Equal(address, Introductions.Address(origin)?.AbsoluteUri);

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("2a00:1450:4001::1", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    public void Addresses_are_anybodys_or_not(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:169.254.169.254]")]
    public async Task An_address_that_is_not_anybodys_is_not_connected_to_where_a_descriptor_names_it(string address)
    {
        using var invoker = new HttpMessageInvoker(PeerTransport.ToAnybody(onlyPublic: true));
        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri($"https://{address}:1/"));
        var failed = await Assert.ThrowsAsync<HttpRequestException>(
            () => invoker.SendAsync(message, TestContext.Current.CancellationToken));
        Assert.Contains("public", failed.Message, StringComparison.Ordinal);
    }

    private static TestServer Open(bool isPrivate) =>
        new(options: new ServerOptions { Federation = "open", FederationPrivateAddresses = isPrivate });

    private Task<AnsweringPeer> LieAsync()
    {
        _there.Describe();
        return AnsweringPeer.StartAsync(_there.Certificate, context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
    }

    // Until it is not being fetched any more.
    private async Task EndedAsync(TestServer here, string origin)
    {
        while (here.Home.Relay.Introductions.Begin(_there.Identity.Tag, origin, 0))
        {
            await Task.Yield();
        }
    }

    private Response Ask(TestServer here, string origin, TestServer? asker = null, ulong place = 0)
    {
        var identity = (asker ?? _there).Identity;
        var headers = PeerSignature.Sign("GET", "/", [], here.Identity.Tag, identity, here.Clock.GetUtcNow(), RandomSource.System)
            .Append((PeerSignature.OriginHeader, origin))
            .ToDictionary(header => header.Item1, header => header.Item2, StringComparer.OrdinalIgnoreCase);
        try
        {
            here.Home.Relay.Gate.Admit("GET", "/", headers.GetValueOrDefault, place);
            return Response.Ok;
        }
        catch (RefusedException refused)
        {
            return refused.Response;
        }
    }
}
