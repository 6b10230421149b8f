using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Hosting;
using Fluister.Wire.Descriptors;
using Fluister.Wire.Protos.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>Peers over a real network: TLS with pins, and what a peer that means ill may answer.</summary>
public sealed class PeerTransportTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestServer _here = new();
    private readonly TestServer _there = new();

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_with_the_certificate_of_its_descriptor_is_asked_over_one_connection()
    {
        await _there.ListenAsync();
        await IntroduceAsync(_there.Describe());
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((ulong)_there.Clock.GetUtcNow().ToUnixTimeMilliseconds(), (await AskAsync()).Time);
        }

        Assert.Equal(1, _there.Listener.Gate.Connections);
    }

    [Fact]
    public async Task A_peer_without_an_authority_is_known_by_its_very_key()
    {
        await _there.ListenAsync();
        await IntroduceAsync(Change(_there.Describe(), said => said with
        {
            Tls = new DescriptorTls(Pin(_there.Certificate)),
        }));
        Assert.NotEqual(0UL, (await AskAsync()).Time);
    }

    [Fact]
    public async Task Another_certificate_is_not_trusted_whoever_issued_it()
    {
        await _there.ListenAsync();
        using var authority = NetworkAuthority.Create("Other", DateTimeOffset.UtcNow);
        using var other = NetworkAuthority.Issue(authority, "localhost", DateTimeOffset.UtcNow);
        await IntroduceAsync(Change(_there.Describe(), said => said with { Tls = new DescriptorTls(Pin(authority), authority.RawData) }));
        Assert.Contains("another certificate", (await FailAsync(PeerError.Untrusted)).Message);
        await _here.Home.Relay.Peers.UpdateAsync(
            _there.Identity.Tag, Read(), Change(_there.Describe(), said => said with { Tls = new DescriptorTls(Pin(other)), Sequence = said.Sequence + 1 }));
        await FailAsync(PeerError.Untrusted);

        // The authority is right, but the certificate is not for that name.
        using var elsewhere = NetworkAuthority.Issue(authority, "elsewhere.example", DateTimeOffset.UtcNow);
        using var liar = new LyingPeer(elsewhere, "");
        await _here.Home.Relay.Peers.UpdateAsync(_there.Identity.Tag, Read(), Change(_there.Describe(), said => said with
        {
            Tls = new DescriptorTls(Pin(elsewhere)),
            Urls = said.Urls with { Chat = $"https://localhost.localdomain:{liar.Port}" },
            Sequence = said.Sequence + 2,
        }));
        var refused = await Assert.ThrowsAsync<PeerException>(AskAsync);
        Assert.True(refused.Error is PeerError.Untrusted or PeerError.Unreachable);
    }

    [Fact]
    public async Task What_a_peer_refuses_is_told_with_its_own_sentence()
    {
        await _there.ListenAsync();
        await _here.Home.Relay.Peers.AddAsync(_there.Key, "there.example", _there.Describe(), PeerState.Allow, _here.Clock.GetUtcNow());
        var refused = await FailAsync(PeerError.Refused);
        Assert.Contains("localhost refuses this server (401): Server", refused.Message);
        Assert.Contains("is not known here", refused.Message);
        _there.Clock.Advance(ServerLimits.PeerClock * 2);
        await _there.Home.Relay.Peers.AddAsync(_here.Key, "here.example", _here.Describe(), PeerState.Allow, _there.Clock.GetUtcNow());
        Assert.Contains("The clocks differ", (await FailAsync(PeerError.Refused)).Message);
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: https://localhost:1/\r\nContent-Length: 0\r\n\r\n", "")]
    [InlineData("", "")]
    public async Task What_is_no_answer_over_HTTP_2_is_none(string answer, string sentence)
    {
        using var liar = Lie(answer);
        await IntroduceAsync(Change(_there.Describe(), said => said with { Urls = said.Urls with { Chat = $"https://localhost:{liar.Port}" } }));
        Assert.Contains(sentence, (await Assert.ThrowsAsync<PeerException>(AskAsync)).Message);
    }

    private LyingPeer Lie(string answer)
    {
        _there.Describe();
        return new LyingPeer(_there.Certificate, answer);
    }

    private DescriptorJson Read() => _here.Home.Relay.Peers.Find(_there.Identity.Tag)!.Said;

    private byte[] Change(byte[] signed, Func<DescriptorJson, DescriptorJson> change) => SignedDescriptor.Sign(
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            change(SignedDescriptor.Read(signed, _there.Key)!), DescriptorJsonContext.Default.DescriptorJson),
        _there.Identity.Genesis.Private,
        RandomSource.System);

    private static string Pin(X509Certificate2 certificate) => Convert.ToHexStringLower(
        System.Security.Cryptography.SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private async Task IntroduceAsync(byte[] signed)
    {
        await _here.Home.Relay.Peers.AddAsync(_there.Key, "there.example", signed, PeerState.Allow, _here.Clock.GetUtcNow());
        await _there.Home.Relay.Peers.AddAsync(_here.Key, "here.example", _here.Describe(), PeerState.Allow, _here.Clock.GetUtcNow());
    }

    private Task<PingResponse> AskAsync() => _here.Home.Relay.Client.AskAsync<PingResponse>(
        _here.Home.Relay.Peers.Find(_there.Identity.Tag)!, "ping", new PingRequest(), Patience, TestContext.Current.CancellationToken);

    private async Task<PeerException> FailAsync(PeerError error)
    {
        var failed = await Assert.ThrowsAsync<PeerException>(AskAsync);
        Assert.Equal(error, failed.Error);
        return failed;
    }
}
