using System.Text;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Operations;
using Fluister.Server.Requests;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Federation;

/// <summary>A peer whose build is not attested by as many rebuilders as the operator asks for is held back, and comes back by itself.
/// </summary>
public sealed class AttestationTests : IAsyncDisposable
{
    private static readonly string Build = new('b', 64);
    private static readonly string Tree = new('a', 40);

    private const string ExampleStatement =
        "eyJ2ZXJzaW9uIjoxLCJuYW1lIjoiZmx1aXN0ZXIiLCJzb3VyY2VUcmVlIjoiOTBhNmQ5ZjA3ZTY1ZjQ2NjQyOWUyYTBlNjhlMDU5YTA5YmJmOT"
            + "hjMiIsInN1bXMiOiI0ZWUyYzdhOTlmZWZkNTMwNDEzNzFlNDI5NjliYTZhZTQyYmE2NTQ2YTZlYjkzNTAxZTRmN2YyZTUzMzM2NDBhIiwiYnVp"
            + "bGRzIjpbeyJhcnRpZmFjdCI6ImZsdWlzdGVyLXNlcnZlci0wLjEuMC1saW51eC14NjQtc2VsZi1jb250YWluZWQudGFyLmd6IiwiYnVpbGRIYX"
            + "NoIjoiOGM5YTU3YjFmMGQ5NGI1ZDVhMmI1YzRiZTFkMGY2YTFmMmEwYTdiYjNjNWIxYzJkM2U0ZjUwNjE3MjgzOTQwNSJ9XSwicmVidWlsZGVy"
            + "IjoiQW4gZXhhbXBsZSIsInRpbWUiOiIyMDI2LTExLTIzVDAxOjM2OjM0WiIsImV4cGlyZXMiOiIyMTI2LTEwLTMwVDAxOjM2OjM0WiJ9";

    private const string ExampleKey =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESX03oVUytr5Qrr7WHbIbL/iCiIHZ1t8yyKunKNYKurXOsdnGOUXbK1p7W6QLSxtd0UJVqjuesaxv/1r/3E9oWA==";

    private const string ExampleSignature = "Vt++nvGzJ5ic4O9EsRtSi7boYTETLBlG8uJZSFXbdT9HKIZ6OcpnP7QN1lBts4+vSBvNrsPNTjeHjI35Zp9P5w==";

    private readonly Rebuilder[] _rebuilders = [new(), new(), new()];
    private readonly TestServer _there = new();
    private readonly TestServer _here;
    private byte[] _shown = [];

    public AttestationTests() => _here = new TestServer(
        connect: _ => new Shown(() => _shown),
        clock: _there.Clock,
        options: Options);

    private PeerBook Book => _here.Home.Relay.Peers;

    private Peer Peer => Book.Find(_there.Identity.Tag)!;

    private DateTimeOffset Now => _there.Clock.GetUtcNow();

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(_rebuilders, rebuilder => rebuilder.Dispose());
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    // The example of docs/spec/rebuild-attestation.md, which the rebuilders' own program has made.
    [Fact]
    public void What_rebuilders_programs_sign_is_read()
    {
        var given = AttestationFile.Parse(Encoding.UTF8.GetBytes(
            $$"""{"statement":"{{ExampleStatement}}","key":"{{ExampleKey}}","signature":"{{ExampleSignature}}"}""")).Said;
        Assert.Equal("90a6d9f07e65f466429e2a0e68e059a09bbf98c2", given.SourceTree);
        Assert.True(given.Attests("8c9a57b1f0d94b5d5a2b5c4be1d0f6a1f2a0a7bb3c5b1c2d3e4f506172839405"));
        Assert.False(given.Attests(given.SourceTree));
        Assert.Equal(new DateTimeOffset(2126, 10, 30, 1, 36, 34, TimeSpan.Zero), given.Until());
    }

    [Fact]
    public async Task As_many_as_are_needed_let_it_in_and_one_less_does_not()
    {
        await AddAsync(Attest(0), Attest(2));
        Assert.Equal((PeerState.Allow, false), (Peer.State, Peer.IsUnattested));
        await TakeAsync(Attest(1));
        Assert.Equal((PeerState.Quarantine, true), (Peer.State, Peer.IsUnattested));
        Assert.Contains("by 1 of the 2", Book.Explain(Peer));
        Assert.True(Peer.IsKept);
        Assert.False(Peer.IsOpen);
    }

    [Fact]
    public async Task One_without_any_or_without_a_source_tree_is_held_back()
    {
        await AddAsync();
        Assert.True(Peer.IsUnattested);
        Assert.Contains("by 0 of the 2", Book.Explain(Peer));
        await TakeAsync(said => said with { SourceTree = null, Attestations = [Attest(0), Attest(1)] });
        Assert.True(Peer.IsUnattested);
        Assert.Contains("does not state", Book.Explain(Peer));
        await TakeAsync(said => said with { Build = null, Attestations = [Attest(0), Attest(1)] });
        Assert.True(Peer.IsUnattested);
    }

    [Fact]
    public async Task What_was_changed_is_foreign_or_comes_twice_does_not_count()
    {
        using var stranger = new Rebuilder();
        var (one, two) = (Attest(0), Attest(1));
        var later = Statement(expires: Now.AddDays(2));
        var changed = two with
        {
            Statement = JsonSerializer.SerializeToUtf8Bytes(later, DescriptorJsonContext.Default.BuildStatementJson),
        };
        var lent = two with { Key = _rebuilders[2].Public };
        var misread = two with { Statement = "null"u8.ToArray() };
        await AddAsync(one, one, Attest(0), changed);
        Assert.Contains("by 1 of the 2", Book.Explain(Peer));
        foreach (var wrong in new[]
        {
            lent,
            misread,
            two with { Signature = [] },
            two with { Key = [1, 2] },
            Attest(1, build: new string('c', 64)),
            Attest(1, tree: new string('c', 40)),
            Attest(1, version: 2),
            stranger.Sign(Statement() with { Name = "other" }),
            stranger.Sign(Statement()),
        })
        {
            await TakeAsync(one, wrong);
            Assert.True(Peer.IsUnattested);
        }

        await TakeAsync(said => said with { Attestations = [null!, one, two] });
        Assert.False(Peer.IsUnattested);
    }

    [Fact]
    public async Task What_has_expired_does_not_count_from_that_moment_on()
    {
        await AddAsync(Attest(0), Attest(1, expires: Now.AddSeconds(5)), Attest(1, expires: Now.AddSeconds(2)), Attest(2, expires: Now));
        Assert.False(Peer.IsUnattested);
        _there.Clock.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.False(Peer.IsUnattested);
        _there.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(Peer.IsUnattested);
        Assert.True(Assert.Single(Book.All).IsUnattested);
        var listed = Assert.Single(ListedPeer.All(_here.Database));
        Assert.NotNull(listed.Unattested(Rebuilders.Of(Options), _there.Clock.GetUtcNow()));
    }

    [Fact]
    public async Task No_more_are_read_than_fit()
    {
        await AddAsync([.. Enumerable.Repeat(Attest(0), ServerLimits.Attestations), Attest(1)]);
        Assert.True(Peer.IsUnattested);
        await TakeAsync([.. Enumerable.Repeat(Attest(0), ServerLimits.Attestations - 1), Attest(1)]);
        Assert.False(Peer.IsUnattested);
    }

    [Fact]
    public async Task It_hears_why_and_is_let_in_once_it_publishes_what_is_needed()
    {
        await AddAsync(Attest(0));
        _shown = Describe(said => said with { Sequence = said.Sequence + 1, Attestations = [Attest(0), Attest(1)] });
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Book.Changed = () => changed.TrySetResult();
        var refused = Assert.Throws<RefusedException>(Admit).Response;
        Assert.Equal(503, refused.Status);
        var sentence = Encoding.ASCII.GetString(refused.Body.Span);
        Assert.Contains("attested by 1 of the 2", sentence);
        Assert.True(sentence.Length <= ServerLimits.PeerSentence, sentence);
        await changed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(_there.Identity.Tag, Admit().Tag);
    }

    [Fact]
    public async Task One_that_is_held_back_is_looked_at_again_with_the_others()
    {
        await AddAsync(Attest(0));
        _shown = Describe(said => said with { Sequence = said.Sequence + 1, Attestations = [Attest(0), Attest(1)] });
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Book.Changed = () => changed.TrySetResult();
        using var stopping = new CancellationTokenSource();
        var watching = _here.Home.Relay.Watch.RunAsync(stopping.Token);
        _there.Clock.Advance(ServerLimits.PeerPing);
        await changed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(Peer.IsUnattested);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await watching.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(nameof(PeerState.Block))]
    [InlineData(nameof(PeerState.Quarantine))]
    public async Task What_the_operator_has_said_stays(string said)
    {
        var state = Enum.Parse<PeerState>(said);
        await AddAsync();
        await Book.SetStateAsync(_there.Identity.Tag, state);
        Assert.Equal((state, false), (Peer.State, Peer.IsUnattested));
        await TakeAsync(Attest(0), Attest(1));
        Assert.Equal((state, false), (Peer.State, Peer.IsUnattested));
    }

    private ServerOptions Options => TestServer.Roomy with
    {
        Rebuilders = [.. _rebuilders.Select(rebuilder => Convert.ToBase64String(rebuilder.Public))],
        RebuildersNeeded = 2,
    };

    private BuildStatementJson Statement(string? build = null, string? tree = null, DateTimeOffset? expires = null, int version = 1) => new(
        version,
        BuildAttestation.Name,
        tree ?? Tree,
        [new("other", new string('d', 64)), new("fluister-server", build ?? Build)],
        BuildStatementJson.Write(expires ?? Now.AddDays(100)));

    private BuildAttestation Attest(
        int rebuilder, string? build = null, string? tree = null, DateTimeOffset? expires = null, int version = 1) =>
        _rebuilders[rebuilder].Sign(Statement(build, tree, expires, version));

    private Task AddAsync(params BuildAttestation[] attestations) => Book.AddAsync(
        _there.Key, "localhost", Describe(said => said with { Attestations = attestations }), PeerState.Allow, _there.Clock.GetUtcNow());

    private Task TakeAsync(params BuildAttestation[] attestations) => TakeAsync(said => said with { Attestations = attestations });

    private async Task TakeAsync(Func<DescriptorJson, DescriptorJson> change)
    {
        _shown = Describe(said => change(said) with { Sequence = Peer.Said.Sequence + 1 });
        await _here.Home.Relay.Watch.FetchAsync(Peer, TestContext.Current.CancellationToken);
        Assert.Equal(_shown, Peer.Signed.ToArray());
    }

    private byte[] Describe(Func<DescriptorJson, DescriptorJson> change) => SignedDescriptor.Sign(
        JsonSerializer.SerializeToUtf8Bytes(
            change(SignedDescriptor.Read(_there.Describe(), _there.Key)! with { Build = Build, SourceTree = Tree }),
            DescriptorJsonContext.Default.DescriptorJson),
        _there.Identity.Key.Private,
        RandomSource.System);

    private Peer Admit()
    {
        var headers = PeerSignature.Sign("GET", "/", [], _here.Identity.Tag, _there.Identity, _there.Clock.GetUtcNow(), RandomSource.System)
            .ToDictionary(header => header.Name, header => header.Value);
        return _here.Home.Relay.Gate.Admit("GET", "/", headers.GetValueOrDefault);
    }

    private sealed class Shown(Func<byte[]> what) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal(SignedDescriptor.Path, request.RequestUri!.AbsolutePath);
            return Task.FromResult(new HttpResponseMessage { Content = new ByteArrayContent(what()) });
        }
    }
}
