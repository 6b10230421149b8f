using System.Globalization;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server;
using Fluister.Server.Federation;
using Fluister.Server.Identity;
using Fluister.Server.Requests;
using Fluister.Tests.Protocol;
using Fluister.Wire;

namespace Fluister.ServerTests.Federation;

/// <summary>Who is let in, and why somebody is not.</summary>
public sealed class PeerGateTests : IAsyncDisposable
{
    private const string Path = "/federation/v1/ping";
    private static readonly byte[] Body = [1, 2, 3];

    private readonly TestServer _server = new();
    private readonly TestServer _peer = new();

    private PeerGate Gate => _server.Home.Relay.Gate;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _peer.DisposeAsync();
    }

    [Fact]
    public async Task A_peer_is_let_in_and_heard()
    {
        await AddAsync(PeerState.Allow);
        var heard = new List<ServerTag>();
        Gate.Heard = peer => heard.Add(peer.Tag);
        var headers = Sign();
        Assert.Equal(_peer.Identity.Tag, Admit(headers).Tag);
        PeerGate.CheckBody(headers.GetValueOrDefault, Body);
        Assert.Equal([_peer.Identity.Tag], heard);
        Assert.Equal(400, Assert.Throws<RefusedException>(() => PeerGate.CheckBody(headers.GetValueOrDefault, [1, 2])).Response.Status);
    }

    [Fact]
    public async Task What_is_changed_on_the_way_is_refused()
    {
        await AddAsync(PeerState.Allow);
        var other = HttpSignature.Digest([9]);
        Refused(401, "not by the key", Sign(), verb: "PUT");
        Refused(401, "not by the key", Sign(), path: "/federation/v1/transactions");
        Refused(401, "not by the key", Sign(), change: headers => headers["Content-Digest"] = other);
        Refused(401, "not by the key", Sign(), change: headers =>
            headers["Signature-Input"] = headers["Signature-Input"].Replace("created=1795348800", "created=1795348801"));
        Refused(401, "not by the key", Sign(), change: headers => headers["Signature"] = $"fl=:{Convert.ToBase64String(new byte[64])}:");
        Refused(401, "not by the key", Sign(), change: headers => headers["Signature"] = "fl=:AAAA:");
        Assert.NotNull(Admit(Sign()));
    }

    [Fact]
    public async Task What_was_signed_for_another_server_is_refused()
    {
        await AddAsync(PeerState.Allow);
        var other = new ServerTag(_server.Identity.Tag.Value ^ 1);
        Refused(401, "signed for another one", Sign(to: other));

        // Said to be for this one, it is not what was signed.
        Refused(401, "not by the key", Sign(to: other), change: headers =>
            headers["Fluister-Destination"] = _server.Identity.Tag.ToString());
    }

    [Theory]
    [InlineData("Signature-Input")]
    [InlineData("Signature")]
    [InlineData("Content-Digest")]
    [InlineData("Fluister-Destination")]
    public async Task Without_any_of_its_headers_it_is_refused(string header)
    {
        await AddAsync(PeerState.Allow);
        Refused(401, "", Sign(), change: headers => headers.Remove(header));
    }

    [Theory]
    [InlineData("\"@path\"", "\"@query\"")]
    [InlineData(" \"content-digest\"", "")]
    [InlineData("\"@method\"", "\"@method\" \"date\"")]
    [InlineData(";tag=\"fluister-federation\"", ";tag=\"another\"")]
    [InlineData(";tag=\"fluister-federation\"", "")]
    [InlineData(";created=1795348800", "")]
    [InlineData(";nonce=\"", ";nonce=\"x\";keyid=\"")]
    public async Task A_signature_that_says_less_or_more_is_none(string part, string instead)
    {
        await AddAsync(PeerState.Allow);
        Refused(401, "not signed", Sign(), change: headers =>
        {
            Assert.Contains(part, headers["Signature-Input"]);
            headers["Signature-Input"] = headers["Signature-Input"].Replace(part, instead);
        });
    }

    [Fact]
    public async Task A_short_nonce_is_none()
    {
        await AddAsync(PeerState.Allow);
        Refused(401, "not signed", Sign(), change: headers =>
            headers["Signature-Input"] = headers["Signature-Input"].Replace("nonce=\"" + Nonce(headers), "nonce=\"fifteen-letters"));
    }

    [Fact]
    public async Task Nobody_that_is_not_known_is_let_in()
    {
        var told = Refused(401, "is not known here", Sign());
        Assert.Contains("peer add", told);
        await AddAsync(PeerState.Allow);
        Refused(401, "ten hexadecimal digits", Sign(), change: headers => headers["Signature-Input"] = headers["Signature-Input"]
            .Replace(_peer.Identity.Tag.ToString(), _peer.Identity.Tag.ToString().ToUpperInvariant() + "0"));
        using var stranger = new SignerOfNobody();
        Refused(401, "is not known here", Sign(stranger.Identity));
    }

    [Fact]
    public async Task The_clock_may_be_off_by_so_much_and_both_times_are_told()
    {
        await AddAsync(PeerState.Allow);
        Assert.NotNull(Admit(Sign(off: ServerLimits.PeerClock)));
        Assert.NotNull(Admit(Sign(off: -ServerLimits.PeerClock)));
        var told = Refused(401, "The clocks differ", Sign(off: ServerLimits.PeerClock + TimeSpan.FromSeconds(1)));
        Assert.Contains("2026-11-22 12:05:01 UTC by yours", told);
        Assert.Contains("2026-11-22 12:00:00 UTC by this", told);
        Refused(401, "The clocks differ", Sign(off: -ServerLimits.PeerClock - TimeSpan.FromSeconds(1)));
        Refused(401, "a time without a date", Sign(), change: headers =>
            headers["Signature-Input"] = headers["Signature-Input"].Replace("created=1795348800", "created=999999999999999"));
    }

    [Fact]
    public async Task The_same_request_is_taken_once_however_often_it_is_sent()
    {
        await AddAsync(PeerState.Allow);
        var headers = Sign();
        Assert.NotNull(Admit(headers));
        Refused(401, "sent before", headers);
        _server.Clock.Advance(ServerLimits.PeerClock);
        Assert.NotNull(Admit(Sign()));
        Refused(401, "sent before", headers);
        _server.Clock.Advance(TimeSpan.FromSeconds(1));
        Refused(401, "The clocks differ", headers);
    }

    [Theory]
    [InlineData((int)PeerState.Block, 403, "has blocked yours")]
    [InlineData((int)PeerState.Quarantine, 503, "in quarantine")]
    public async Task What_the_operator_decided_is_kept_to(int state, int status, string sentence)
    {
        await AddAsync((PeerState)state);
        Refused(status, sentence, Sign());

        // Only the peer itself is told.
        Refused(401, "not by the key", Sign(), path: "/federation/v1/transactions");
        var response = Assert.Throws<RefusedException>(() => Admit(Sign())).Response;
        Assert.Equal(status == 503, response.Headers.Any(header => header.Key == "Retry-After"));
    }

    [Fact]
    public async Task Bodies_say_their_length_and_are_not_compressed()
    {
        await AddAsync(PeerState.Allow);
        Refused(411, "Content-Length", Sign(), change: headers => headers.Remove("Content-Length"));
        Refused(400, "not a number", Sign(), change: headers => headers["Content-Length"] = "-1");
        Refused(400, "not compressed", Sign(), change: headers => headers["Content-Encoding"] = "gzip");
        var get = Sign(verb: "GET", body: []);
        get.Remove("Content-Length");
        Assert.NotNull(Gate.Admit("GET", Path, get.GetValueOrDefault));
    }

    [Theory]
    [InlineData((int)PeerState.Allow, 1)]
    [InlineData((int)PeerState.Limit, 10)]
    public async Task A_peer_may_send_so_much_and_one_that_is_limited_a_tenth(int state, int share)
    {
        await AddAsync((PeerState)state);
        var whole = (ServerLimits.PeerBytes.Burst / share) - 1;
        void Send(long kilobytes) => Admit(Sign(), change: headers => headers["Content-Length"] = $"{kilobytes * 1024}");
        Send(whole - 1);
        Assert.Equal(429, Assert.Throws<RefusedException>(() => Send(2)).Response.Status);
        _server.Clock.Advance(ServerLimits.PeerBytes.Refill * share * 2);
        Send(1);
    }

    [Theory]
    [InlineData((int)PeerState.Allow, 1)]
    [InlineData((int)PeerState.Limit, 10)]
    public async Task A_peer_may_ask_so_often_and_one_that_is_limited_a_tenth(int state, int share)
    {
        await AddAsync((PeerState)state);
        var peer = _server.Home.Relay.Peers.Find(_peer.Identity.Tag)!;
        for (var i = 0; i < ServerLimits.PeerRequests.Burst / share; i++)
        {
            Gate.Take(peer, 0);
        }

        var refused = Assert.Throws<RefusedException>(() => Admit(Sign())).Response;
        Assert.Equal(429, refused.Status);
        Assert.Contains(refused.Headers, header => header.Key == "Retry-After");
        _server.Clock.Advance(ServerLimits.PeerRequests.Refill * share);
        Assert.NotNull(Admit(Sign()));
    }

    [Fact]
    public async Task Who_sends_false_signatures_is_soon_not_listened_to_and_holds_up_nobody_else()
    {
        await AddAsync(PeerState.Allow);
        var forged = Sign();
        forged["Signature"] = $"fl=:{Convert.ToBase64String(new byte[64])}:";
        for (var i = 0; i < ServerLimits.PeerFailures.Burst; i++)
        {
            Refused(401, "not by the key", forged, origin: 7);
        }

        Assert.Equal(429, Assert.Throws<RefusedException>(() => Admit(forged, origin: 7)).Response.Status);
        Assert.NotNull(Admit(Sign(), origin: 8));
    }

    // Every header that counts, each changed a little or much: whatever comes, it is an answer, and never one that lets in.
    [Fact]
    public async Task Whatever_the_headers_are_there_is_an_answer()
    {
        await AddAsync(PeerState.Allow);
        var random = new SeededRandom(11);
        string[] names =
        [
            "Signature-Input", "Signature", "Content-Digest", "Fluister-Destination", "Content-Length", "Content-Encoding",
            "Fluister-Origin",
        ];
        string[] pieces =
        [
            "\"", "(", ")", ";", "=", ":", ",", " ", "\\", "\0", "é", "created", "999999999999999999999", "fl", "keyid=\"", "AAAA", "\r\n",
        ];
        for (var round = 0; round < 4_000; round++)
        {
            var headers = Sign();
            var before = new Dictionary<string, string>(headers);
            for (var changes = 1 + random.Next(3); changes > 0; changes--)
            {
                var name = names[random.Next(names.Length)];
                var value = headers.GetValueOrDefault(name, "");
                var at = random.Next(value.Length + 1);
                var piece = pieces[random.Next(pieces.Length)];
                headers[name] = random.Next(4) switch
                {
                    0 => value[..at],
                    1 => value[..at] + piece + value[at..],
                    2 => value[at..] + piece + value[..at],
                    _ => value.Length == 0 ? piece : value.Remove(Math.Min(at, value.Length - 1), 1),
                };
            }

            string[] signed = [.. names.Take(4)];
            var isSame = signed.All(name => headers[name] == before[name]);
            try
            {
                Admit(headers, origin: (ulong)round);
                Assert.True(isSame, $"Round {round} let in what was not signed.");
            }
            catch (RefusedException refused)
            {
                Assert.InRange(refused.Response.Status, 400, 503);
            }
        }
    }

    private Task AddAsync(PeerState state) => _server.Home.Relay.Peers.AddAsync(
        _peer.Key, "peer.example", _peer.Describe(), state, _server.Clock.GetUtcNow());

    private Dictionary<string, string> Sign(
        ServerIdentity? from = null, ServerTag? to = null, TimeSpan off = default, string verb = "POST", byte[]? body = null)
    {
        body ??= Body;
        var headers = PeerSignature.Sign(
                verb, Path, body, to ?? _server.Identity.Tag, from ?? _peer.Identity, _server.Clock.GetUtcNow() + off, RandomSource.System)
            .ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase);
        headers["Content-Length"] = body.Length.ToString(CultureInfo.InvariantCulture);
        return headers;
    }

    private Peer Admit(
        Dictionary<string, string> headers, Action<Dictionary<string, string>>? change = null, string verb = "POST", string path = Path,
        ulong origin = 0)
    {
        change?.Invoke(headers);
        return Gate.Admit(verb, path, headers.GetValueOrDefault, origin);
    }

    private string Refused(
        int status, string sentence, Dictionary<string, string> headers, Action<Dictionary<string, string>>? change = null,
        string verb = "POST", string path = Path, ulong origin = 0)
    {
        var refused = Assert.Throws<RefusedException>(() => Admit(headers, change, verb, path, origin)).Response;
        var told = Encoding.ASCII.GetString(refused.Body.Span);
        Assert.Equal(status, refused.Status);
        Assert.Contains(sentence, told);
        Assert.InRange(told.Length, 1, ServerLimits.PeerSentence);
        Assert.StartsWith("text/plain", refused.ContentType);
        return told;
    }

    private static string Nonce(Dictionary<string, string> headers) =>
        headers["Signature-Input"].Split("nonce=\"")[1].Split('"')[0];

    private sealed class SignerOfNobody : IDisposable
    {
        public ServerIdentity Identity { get; } = ServerIdentity.Generate(new SeededRandom(5));

        public void Dispose() => Identity.Genesis.Private.Dispose();
    }
}
