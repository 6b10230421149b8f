using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Server.Operations;
using Fluister.Wire.Protos.Chat;

namespace Fluister.ServerTests.Calling;

/// <summary>Relays for calls: names and passwords as coturn checks them, and none where there is no TURN server.</summary>
public sealed class CallingTests
{
    private const string Secret = "a secret of coturn's";
    private static readonly string[] Urls = ["turn:turn.example.org:3478?transport=udp", "turns:turn.example.org"];

    [Fact]
    public async Task Without_a_TURN_server_there_are_no_relays()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        var response = await server.AskAsync("GET", "/v2/calling/relays", account.Caller);
        Assert.Equal("""{"relays":[]}""", Encoding.UTF8.GetString(response.Body.Span));
    }

    [Fact]
    public async Task A_relay_bears_a_name_that_expires_and_the_password_that_the_secret_makes_of_it()
    {
        await using var server = new TestServer(options: new ServerOptions { TurnUrls = Urls, TurnSecret = Secret });
        var (one, two) = (await server.AddAccountAsync(), await server.AddAccountAsync());
        var relay = (await server.AskAsync("GET", "/v2/calling/relays", one.Caller)).Read()["relays"]![0]!;
        Assert.Equal(Urls, relay["urls"]!.AsArray().Select(url => (string)url!));
        Assert.Empty(relay["urlsWithIps"]!.AsArray());
        Assert.Equal(86400, (int)relay["ttl"]!);
        Assert.Null(relay["hostname"]);

        // coturn, turnserver.conf: use-auth-secret. The name is "timestamp:userid", the password base64(hmac(secret, name)).
        var name = (string)relay["username"]!;
        var expires = server.Clock.GetUtcNow().ToUnixTimeSeconds() + 86400;
        Assert.Equal(expires, long.Parse(name.Split(':')[0], CultureInfo.InvariantCulture));
#pragma warning disable CA5350 // What coturn takes.
        Assert.Equal(
            Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(name))),
            (string)relay["password"]!);
#pragma warning restore CA5350

        // The same pseudonym for the same account, another for another, and never the id.
        var again = (await server.AskAsync("GET", "/v2/calling/relays", one.Caller)).Read()["relays"]![0]!;
        var other = (await server.AskAsync("GET", "/v2/calling/relays", two.Caller)).Read()["relays"]![0]!;
        Assert.Equal(name, (string)again["username"]!);
        Assert.NotEqual(name, (string)other["username"]!);
        Assert.DoesNotContain(name.Split(':')[1], one.Account.Aci.ToString("N"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task By_gRPC_the_same_relays_are_given()
    {
        await using var server = new TestServer(options: new ServerOptions { TurnUrls = Urls, TurnSecret = Secret });
        var account = await server.AddAccountAsync();
        var answer = await server.Home.Calls.AnswerAsync(
            new GrpcCall { Path = "/org.signal.chat.calling.Calling/GetCallingRelays", Caller = account.Caller },
            default,
            TestContext.Current.CancellationToken);
        var relay = Assert.Single(((GetCallingRelaysResponse)answer.Message!).Relays);
        var json = (await server.AskAsync("GET", "/v2/calling/relays", account.Caller)).Read()["relays"]![0]!;
        Assert.Equal(((string)json["username"]!, (string)json["password"]!), (relay.Username, relay.Password));
        Assert.Equal(86400ul, relay.CredentialTtlSeconds);
        Assert.Equal(Urls, relay.HostnameUrls.Urls);
        Assert.Null(relay.IpUrls);
    }

    [Fact]
    public async Task Relays_are_bounded()
    {
        await using var server = new TestServer();
        var account = await server.AddAccountAsync();
        server.Home.Limits.Take(ServerLimits.CallingRelays, account.Account.Aci, ServerLimits.CallingRelays.Burst);
        Assert.Equal(429, (await server.AskAsync("GET", "/v2/calling/relays", account.Caller)).Status);
    }
}
