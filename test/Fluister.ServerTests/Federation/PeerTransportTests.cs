using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Hosting;
using Fluister.Wire.Descriptors;
using Fluister.Wire.Protos.Federation;
using Microsoft.AspNetCore.Http;

namespace Fluister.ServerTests.Federation;

/// <summary>Peers over a real network: TLS with pins, and what a peer that means ill may answer.</summary>
public sealed class PeerTransportTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestServer _here = new();
    private readonly TestServer _there = new();
    private long _changes;

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _there.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_with_the_certificate_of_its_descriptor_is_asked_over_one_connection()
    {
        await _there.ListenAsync();
        await IntroduceAsync(said => said);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal((ulong)_there.Clock.GetUtcNow().ToUnixTimeMilliseconds(), (await AskAsync()).Time);
        }

        Assert.Equal(1, _there.Listener.Gate.Connections.Taken);
    }

    [Fact]
    public async Task A_peer_without_an_authority_is_known_by_its_very_key()
    {
        await _there.ListenAsync();
        await IntroduceAsync(said => said with { Tls = new DescriptorTls(Pin(_there.Certificate)) });
        Assert.NotEqual(0UL, (await AskAsync()).Time);
    }

    [Fact]
    public async Task Another_certificate_is_not_trusted_whoever_issued_it_and_for_whatever_name()
    {
        await _there.ListenAsync();
        using var authority = NetworkAuthority.Create("Other", DateTimeOffset.UtcNow);
        await IntroduceAsync(said => said with { Tls = new DescriptorTls(Pin(authority), authority.RawData) });
        Assert.Contains("another certificate", (await FailAsync(PeerError.Untrusted)).Message);
        await ChangeAsync(said => said with { Tls = new DescriptorTls(Pin(authority)) });
        await FailAsync(PeerError.Untrusted);

        // The very key, but for another name.
        using var elsewhere = Certify("elsewhere.example");
        await using var liar = await AnsweringPeer.StartAsync(elsewhere, _ => Task.CompletedTask);
        await ChangeAsync(said => At(liar, said) with { Tls = new DescriptorTls(Pin(elsewhere)) });
        await FailAsync(PeerError.Untrusted);
        Assert.Equal(0, liar.Requests);

        // A later descriptor says how it is, and so it is asked from then on.
        await ChangeAsync(_ => Describe());
        Assert.NotEqual(0UL, (await AskAsync()).Time);
    }

    [Fact]
    public async Task What_a_peer_refuses_is_told_with_its_own_sentence()
    {
        await _there.ListenAsync();
        await IntroduceAsync(said => said, isMutual: false);
        var refused = await FailAsync(PeerError.Refused);
        Assert.StartsWith("localhost refuses this server (401): Server ", refused.Message);
        Assert.Contains("is not known here", refused.Message);
        await _there.Home.Relay.Peers.AddAsync(_here.Key, "here.example", _here.Describe(), PeerState.Quarantine, _there.Clock.GetUtcNow());
        Assert.Equal(ServerLimits.QuarantineRetry, (await FailAsync(PeerError.Busy)).RetryAfter);
        _there.Clock.Advance(ServerLimits.PeerClock * 2);
        _here.Clock.Advance(ServerLimits.NoteStep);
        Assert.Contains("The clocks differ", (await FailAsync(PeerError.Refused)).Message);
        Assert.Contains("The clocks differ", await ErrorAsync());
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await LieAsync(_ => Task.CompletedTask);
        var liar = await LieAsync(context =>
        {
            context.Response.Redirect($"https://localhost:{elsewhere.Port}/", permanent: true, preserveMethod: true);
            return Task.CompletedTask;
        });
        await using var other = liar;
        await IntroduceAsync(said => At(liar, said));
        Assert.Contains("leads elsewhere (308)", (await FailAsync(PeerError.Malformed)).Message);
        Assert.Equal((1, 0), (liar.Requests, elsewhere.Requests));
    }

    [Fact]
    public async Task An_answer_that_is_too_large_is_not_read()
    {
        await using var liar = await LieAsync(async context =>
        {
            context.Response.ContentLength = ServerLimits.PeerAnswer + 1;
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await IntroduceAsync(said => At(liar, said));
        Assert.Contains("too large", (await FailAsync(PeerError.Malformed)).Message);
    }

    [Fact]
    public async Task An_answer_without_an_end_is_read_so_far()
    {
        var sent = 0L;
        await using var liar = await LieAsync(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(new byte[16 * 1024], context.RequestAborted);
                sent += 16 * 1024;
            }
        });
        await IntroduceAsync(said => At(liar, said));
        await FailAsync(PeerError.Malformed);

        // What was under way when it was broken off, beside what was read.
        Assert.InRange(sent, ServerLimits.PeerAnswer - (128 * 1024), 64L * ServerLimits.PeerAnswer);
    }

    [Fact]
    public async Task An_answer_that_is_compressed_or_has_endless_headers_is_not_read()
    {
        var isCompressed = true;
        await using var liar = await LieAsync(context =>
        {
            context.Response.Headers[isCompressed ? "Content-Encoding" : "Padding"] = isCompressed ? "gzip" : new string('x', 20_000);
            return context.Response.Body.WriteAsync(new byte[64]).AsTask();
        });
        await IntroduceAsync(said => At(liar, said));
        await FailAsync(PeerError.Malformed);
        isCompressed = false;
        var failed = await Assert.ThrowsAsync<PeerException>(AskAsync);
        Assert.True(failed.Error is PeerError.Malformed or PeerError.Unreachable, failed.Message);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_not_waited_for()
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var liar = await LieAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(new byte[1]);
            await context.Response.Body.FlushAsync();
            came.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        await IntroduceAsync(said => At(liar, said));
        var asking = FailAsync(PeerError.Unreachable);
        await came.Task;
        _here.Clock.Advance(Patience);
        var failed = await asking;
        Assert.Contains("does not answer in time", failed.Message);
    }

    [Fact]
    public async Task What_a_peer_says_cannot_reach_into_a_terminal()
    {
        var said = "\u001b[2J all is well";
        await using var liar = await LieAsync(context =>
        {
            context.Response.StatusCode = 403;
            context.Response.ContentType = "text/plain";
            return context.Response.WriteAsync(said);
        });
        await IntroduceAsync(before => At(liar, before));
        Assert.Equal("localhost refuses this server (403).", (await FailAsync(PeerError.Refused)).Message);
        said = new string('x', ServerLimits.PeerSentence + 1);
        Assert.Equal("localhost refuses this server (403).", (await FailAsync(PeerError.Refused)).Message);
        said = "No.";
        Assert.Equal("localhost refuses this server (403): No.", (await FailAsync(PeerError.Refused)).Message);
    }

    [Fact]
    public async Task A_peer_that_is_gone_is_not_reached()
    {
        await _there.ListenAsync();
        await IntroduceAsync(said => said);
        await _there.StopAsync();
        await FailAsync(PeerError.Unreachable);
        Assert.Contains("is not reached", await ErrorAsync());
        await _there.ListenAsync(Describe().Urls.Chat.Split(':') is [.., var port] ? int.Parse(port) : 0);
        Assert.NotEqual(0UL, (await AskAsync()).Time);
    }

    private static DescriptorJson At(AnsweringPeer liar, DescriptorJson said) =>
        said with { Urls = said.Urls with { Chat = $"https://localhost:{liar.Port}" }, Federation = null };

    private static string Pin(X509Certificate2 certificate) =>
        Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private static X509Certificate2 Certify(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private async Task<AnsweringPeer> LieAsync(Func<HttpContext, Task> answer)
    {
        _there.Describe();
        return await AnsweringPeer.StartAsync(_there.Certificate, answer);
    }

    private DescriptorJson Describe() => SignedDescriptor.Read(_there.Describe(), _there.Key)!;

    private byte[] Sign(DescriptorJson said) => SignedDescriptor.Sign(
        JsonSerializer.SerializeToUtf8Bytes(said, DescriptorJsonContext.Default.DescriptorJson),
        _there.Identity.Genesis.Private,
        RandomSource.System);

    private async Task IntroduceAsync(Func<DescriptorJson, DescriptorJson> change, bool isMutual = true)
    {
        var (said, now) = (change(Describe()), _here.Clock.GetUtcNow());
        await _here.Home.Relay.Peers.AddAsync(_there.Key, said.Domain, Sign(said), PeerState.Allow, now);
        if (isMutual)
        {
            await _there.Home.Relay.Peers.AddAsync(_here.Key, "here.example", _here.Describe(), PeerState.Allow, now);
        }
    }

    private Task ChangeAsync(Func<DescriptorJson, DescriptorJson> change)
    {
        var before = _here.Home.Relay.Peers.Find(_there.Identity.Tag)!.Said;
        var said = change(before) with { Sequence = before.Sequence + ++_changes };
        return _here.Home.Relay.Peers.UpdateAsync(_there.Identity.Tag, said, Sign(said));
    }

    private Task<PingResponse> AskAsync() => _here.Home.Relay.Client.AskAsync<PingResponse>(
        _here.Home.Relay.Peers.Find(_there.Identity.Tag)!, "ping", new PingRequest(), Patience, TestContext.Current.CancellationToken);

    private async Task<PeerException> FailAsync(PeerError error)
    {
        var failed = await Assert.ThrowsAsync<PeerException>(AskAsync);
        Assert.True(error == failed.Error, $"{failed.Error}: {failed}");
        return failed;
    }

    // As the operator's list has it, once it is written.
    private async Task<string> ErrorAsync()
    {
        await _here.Database.WriteAsync(_ => true);
        return Assert.Single(ListedPeer.All(_here.Database)).Error ?? "";
    }
}
