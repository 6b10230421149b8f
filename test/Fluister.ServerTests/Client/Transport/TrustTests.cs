using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Fluister.Client;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Server.Hosting;
using Fluister.Server.Identity;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>Whom the client believes: the key that it was given, and what that key has signed.</summary>
public sealed class TrustTests : IAsyncDisposable
{
    private readonly FakeServer _server = new();
    private readonly List<HomeServerLink> _links = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links)
        {
            await link.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_link_or_an_address_with_a_fingerprint_leads_to_the_descriptor()
    {
        await using var scene = await LinkScene.StartAsync();
        var (root, key) = (new Uri($"https://localhost:{scene.Server.Port}"), scene.Server.Key);
        var byLink = await DescriptorFetch.FetchAsync(new InviteLink(root, key, "token", "123456"), TimeProvider.System, Cancellation);
        var fingerprint = Fingerprint.Of(key);
        var byPrint = await DescriptorFetch.FetchAsync(
            root, fingerprint.ToUpperInvariant().Replace(' ', ':'), TimeProvider.System, Cancellation);
        Assert.Equal(byLink.Signed.ToArray(), byPrint.Signed.ToArray());
        Assert.Equal((root, key, scene.Server.Home.Identity.Tag), (byLink.Chat, byLink.Genesis, byLink.Tag));
        Assert.StartsWith(byLink.Tag.ToString(), fingerprint.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);

        var other = ServerIdentity.Generate(RandomSource.System).Genesis.Public;
        await AssertUntrustedAsync(() => DescriptorFetch.FetchAsync(new InviteLink(root, other), TimeProvider.System, Cancellation));
        await AssertUntrustedAsync(() => DescriptorFetch.FetchAsync(root, Fingerprint.Of(other), TimeProvider.System, Cancellation));
        await AssertUntrustedAsync(() => DescriptorFetch.FetchAsync(root, fingerprint[..^1], TimeProvider.System, Cancellation));
        await AssertUntrustedAsync(() => DescriptorFetch.FetchAsync(root, "", TimeProvider.System, Cancellation));
    }

    [Fact]
    public async Task A_descriptor_is_fetched_within_bounds()
    {
        _server.Answer = _ => FakeServer.Response("200 OK", body: new byte[ClientLimits.DescriptorBytes + 1]);
        var link = new InviteLink(new Uri($"https://localhost:{_server.Port}"), _server.Identity.Genesis.Public);
        var refused = await Assert.ThrowsAsync<ClientException>(() => DescriptorFetch.FetchAsync(link, TimeProvider.System, Cancellation));
        Assert.Equal(ClientError.Unreachable, refused.Error);
        _server.Answer = _ => FakeServer.Response("200 OK", body: "{\"descriptor\":null}"u8);
        await AssertUntrustedAsync(() => DescriptorFetch.FetchAsync(link, TimeProvider.System, Cancellation));
        _server.Answer = _ => FakeServer.Response("302 Found", "Location: https://localhost/\r\n");
        refused = await Assert.ThrowsAsync<ClientException>(() => DescriptorFetch.FetchAsync(link, TimeProvider.System, Cancellation));
        Assert.Equal(ClientError.Unreachable, refused.Error);
    }

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private static void AssertRefused(Action read, string because)
    {
        var refused = Assert.Throws<ClientException>(read);
        Assert.Equal(ClientError.UntrustedServer, refused.Error);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_descriptor_that_another_signed_or_that_is_older_is_not_taken()
    {
        var known = HomeServerDescriptor.Read(_server.Describe(sequence: 5), _server.Identity.Genesis.Public);
        Assert.Equal(6, known.ReadLater(_server.Describe(sequence: 6), Now)?.Said.Sequence);
        Assert.Null(known.ReadLater(_server.Describe(sequence: 5), Now));
        AssertRefused(() => known.ReadLater(_server.Describe(sequence: 4), Now), "older than one");
        var forged = _server.Describe(sequence: 6, signer: ServerIdentity.Generate(RandomSource.System));
        AssertRefused(() => known.ReadLater(forged, Now), "not signed with the key");
        var changed = JsonNode.Parse(_server.Describe(sequence: 6))!;
        var bytes = Convert.FromBase64String((string)changed["descriptor"]!);
        bytes[^20] ^= 1;
        changed["descriptor"] = Convert.ToBase64String(bytes);
        var tampered = Encoding.UTF8.GetBytes(changed.ToJsonString());
        AssertRefused(() => known.ReadLater(tampered, Now), "not signed with the key");
        var over = Now.AddDays(31);
        AssertRefused(() => known.ReadLater(_server.Describe(sequence: 6), over), "expired");
        AssertRefused(() => HomeServerDescriptor.ReadNow(_server.Describe(), _server.Identity.Genesis.Public, over), "expired");
        HomeServerDescriptor.Read(_server.Describe(), _server.Identity.Genesis.Public);
    }

    [Fact]
    public void A_server_that_hands_on_to_another_identity_key_stays_the_same_server_and_its_former_key_is_good_for_nothing()
    {
        var (before, genesis) = (_server.Identity, _server.Identity.Genesis.Public);
        var known = HomeServerDescriptor.Read(_server.Describe(sequence: 5), genesis);
        var after = before.RotateKey(RandomSource.System);
        var later = known.ReadLater(_server.Describe(sequence: 6, signer: after), Now)!;
        Assert.Equal((known.Tag, genesis), (later.Tag, later.Genesis));
        AssertRefused(() => later.ReadLater(_server.Describe(sequence: 7, signer: before), Now), "older than one");
        AssertRefused(() => later.ReadLater(_server.Describe(sequence: 7, signer: before.RotateKey(RandomSource.System)), Now), "older");
        Assert.Equal(7, later.ReadLater(_server.Describe(7, signer: after.RotateKey(RandomSource.System)), Now)?.Said.Sequence);
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2")]
    [InlineData("\"chat\": \"https://", "\"chat\": \"http://")]
    [InlineData("\"chat\": \"https://localhost", "\"chat\": \"//")]
    [InlineData("\"trustRoots\": [\n    \"B", "\"trustRoots\": [\n    \"C")]
    [InlineData("\"zkParams\": \"", "\"zkParams\": \"AAAA")]
    [InlineData("\"identityKey\": \"B", "\"identityKey\": \"C")]
    [InlineData("\"authority\": \"", "\"authority\": \"AAAA")]
    [InlineData("\"trustRoots\": [", "\"trustRoots\": [ null,")]
    public void What_a_server_signed_and_cannot_be_used_is_a_typed_error(string part, string other)
    {
        var signed = JsonNode.Parse(_server.Describe())!;
        var text = Encoding.UTF8.GetString(Convert.FromBase64String((string)signed["descriptor"]!)).ReplaceLineEndings("\n");
        Assert.Contains(part, text, StringComparison.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(text.Replace(part, other, StringComparison.Ordinal));
        var again = SignedDescriptor.Sign(bytes, _server.Identity.Genesis.Private, RandomSource.System);
        var wrong = Assert.Throws<ClientException>(() => HomeServerDescriptor.Read(again, _server.Identity.Genesis.Public));
        Assert.Equal(ClientError.Malformed, wrong.Error);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        using var other = NetworkAuthority.Create("Other", DateTimeOffset.UtcNow);
        _server.Leaf = NetworkAuthority.Issue(other, "localhost", DateTimeOffset.UtcNow);
        await AssertRefusedAsync(_server.Described);
    }

    [Fact]
    public async Task A_certificate_of_the_right_authority_for_another_name_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=elsewhere.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("elsewhere.example");
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;
        using var issued = request.Create(_server.Authority, now.AddHours(-1), now.AddDays(1), [1]);
        _server.Leaf = issued.CopyWithPrivateKey(key);
        await AssertRefusedAsync(_server.Described);
    }

    [Fact]
    public async Task A_certificate_that_is_over_is_refused()
    {
        var ago = DateTimeOffset.UtcNow.AddDays(-900);
        using var authority = NetworkAuthority.Create("Old", ago);
        _server.Leaf = NetworkAuthority.Issue(authority, "localhost", ago);
        var known = _server.Describe(authority: authority);
        await AssertRefusedAsync(HomeServerDescriptor.Read(known, _server.Identity.Genesis.Public));
    }

    [Fact]
    public async Task Where_no_authority_is_named_the_very_key_is_what_counts()
    {
        var pinned = HomeServerDescriptor.Read(_server.Describe(pinned: _server.Leaf), _server.Identity.Genesis.Public);
        Assert.Null(pinned.Said.Tls.Authority);
        Assert.Equal(200, (await LinkScene.AskAsync(Start(pinned), LinkScene.KeepAlive(isAnonymous: true))).Status);
        _server.Leaf = NetworkAuthority.Issue(_server.Authority, "localhost", DateTimeOffset.UtcNow);
        await AssertRefusedAsync(pinned);
    }

    [Fact]
    public async Task Another_authority_is_taken_when_the_server_itself_says_so_later_and_not_else()
    {
        var known = HomeServerDescriptor.Read(_server.Describe(sequence: 5), _server.Identity.Genesis.Public);
        using var other = NetworkAuthority.Create("Next", DateTimeOffset.UtcNow);
        _server.Leaf = NetworkAuthority.Issue(other, "localhost", DateTimeOffset.UtcNow);
        byte[] published = _server.Describe(sequence: 6, authority: other, signer: ServerIdentity.Generate(RandomSource.System));
        _server.Answer = head => head.StartsWith("GET /.well-known/fluister ", StringComparison.Ordinal)
            ? FakeServer.Response("200 OK", body: published)
            : null;
        await AssertRefusedAsync(known);
        published = _server.Describe(sequence: 4, authority: other);
        await AssertRefusedAsync(known);
        published = _server.Describe(sequence: 6, authority: other);
        var kept = new TaskCompletionSource<HomeServerDescriptor>();
        var link = Start(known, later => kept.TrySetResult(later));
        Assert.Equal(200, (await LinkScene.AskAsync(link, LinkScene.KeepAlive(isAnonymous: true))).Status);
        Assert.Equal(6, (await kept.Task.WaitAsync(LinkScene.Patience, Cancellation)).Said.Sequence);
        Assert.Equal(6, link.Server.Said.Sequence);
    }

    [Fact]
    public async Task A_later_descriptor_is_asked_for_by_itself()
    {
        await using var scene = await LinkScene.StartAsync();
        var known = scene.Described;
        scene.Server.Clock.Advance(TimeSpan.FromHours(1));
        var kept = new TaskCompletionSource<HomeServerDescriptor>();
        var link = scene.Link(known);
        link.WhenDescribed = later => kept.TrySetResult(later);
        link.Start(withMessages: false);
        var taken = await kept.Task.WaitAsync(LinkScene.Patience, Cancellation);
        Assert.Equal(known.Said.Sequence + (long)TimeSpan.FromHours(1).TotalMilliseconds, taken.Said.Sequence);
    }

    [Theory]
    [InlineData("fluister://chat.example.org:8443/?key=KEY#dG9rZW4.123456", "https://chat.example.org:8443/", "dG9rZW4.123456")]
    [InlineData("  fluister://chat.example.org/?key=KEY#dG9rZW4.123456\n", "https://chat.example.org/", "dG9rZW4.123456")]
    [InlineData("fluister://[::1]:8443/?key=KEY", "https://[::1]:8443/", null)]
    [InlineData("https://chat.example.org/?key=KEY#dG9rZW4.123456", null, null)]
    [InlineData("fluister://chat.example.org/?key=KEYA#dG9rZW4.123456", null, null)]
    [InlineData("fluister://chat.example.org/?key=#dG9rZW4.123456", null, null)]
    [InlineData("fluister://chat.example.org/#dG9rZW4.123456", null, null)]
    [InlineData("fluister://chat.example.org/?key=KEY#dG9rZW4", null, null)]
    [InlineData("fluister://chat.example.org/?key=KEY#dG9rZW4.12a", null, null)]
    [InlineData("fluister://chat.example.org/?key=KEY#.1", null, null)]
    [InlineData("fluister://anna@chat.example.org/?key=KEY#dG9rZW4.123456", null, null)]
    [InlineData("fluister://chat.example.org/path?key=KEY#dG9rZW4.123456", null, null)]
    [InlineData("fluister:", null, null)]
    [InlineData("", null, null)]
    public void Links_are_read_or_refused(string text, string? server, string? purchase)
    {
        var key = _server.Identity.Genesis.Public;
        var given = text.Replace("KEY", System.Buffers.Text.Base64Url.EncodeToString(key.Serialized), StringComparison.Ordinal);
        Assert.Equal(server is not null, InviteLink.TryParse(given, out var link));
        Assert.Equal((server, purchase), (link?.Server.AbsoluteUri, link?.Purchase));
        Assert.Equal(link, link is null ? null : InviteLink.TryParse(link.ToString(), out var again) ? again : null);
    }

    private static async Task AssertUntrustedAsync(Func<Task> fetch) =>
        Assert.Equal(ClientError.UntrustedServer, (await Assert.ThrowsAsync<ClientException>(fetch)).Error);

    private HomeServerLink Start(HomeServerDescriptor known, Action<HomeServerDescriptor>? keep = null)
    {
        _server.Serve = async (socket, _) => await HostileServerTests.AnswerAllAsync(socket);
        var link = new HomeServerLink(known, null, TimeProvider.System, RandomSource.System) { WhenDescribed = keep };
        _links.Add(link);
        link.Start(withMessages: false);
        return link;
    }

    // By a socket of its own, whose failure is told at once.
    private async Task AssertRefusedAsync(HomeServerDescriptor known)
    {
        await using var link = new HomeServerLink(known, null, TimeProvider.System, RandomSource.System);
        lock (_server.Heads)
        {
            _server.Heads.Clear();
        }

        var refused = await Assert.ThrowsAsync<ClientException>(() => link.OpenSocketAsync("/v1/websocket/", Cancellation));
        Assert.Equal(ClientError.UntrustedServer, refused.Error);
        using var guard = new HomeServerStreams(link, TimeProvider.System).Guard(Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(known.Attachments, "/attachments/key"));
        var streams = new HomeServerStreams(link, TimeProvider.System);
        refused = await Assert.ThrowsAsync<ClientException>(() => streams.AskAsync(request, guard));
        Assert.Equal(ClientError.UntrustedServer, refused.Error);
        lock (_server.Heads)
        {
            Assert.Empty(_server.Heads);
        }

        link.Start(withMessages: false);
        while (link.AnonymousCause is null)
        {
            await Task.Delay(1, Cancellation);
        }

        Assert.Equal(ClientError.UntrustedServer, link.AnonymousCause.Error);
    }
}
