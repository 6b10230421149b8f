using System.Buffers;
using Fluister.Server.Grpc;
using Fluister.Server.Requests;
using Fluister.Tests.Protocol;

namespace Fluister.ServerTests.Hostile;

/// <summary>Every route and every method under bodies, paths and headers that no client sends: each is refused, and none fails.</summary>
public sealed class RequestFuzzTests : IAsyncLifetime
{
    private static readonly string[] Segments =
    [
        "", "x", "%00", "%2f", "%", "..", "+31612345678", "1", "-1", "999999999999999999999", "ACI:x",
        "PNI:00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-000000000000", "*", "2", "\ud800", "AAAA", "%F0%9F", "__proto__",
    ];

    private readonly TestServer _server = new();
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync() => _account = await _server.AddAccountAsync(devices: 2);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_body_and_no_path_makes_a_route_fail(int seed)
    {
        var random = new SeededRandom(seed);
        var json = new HostileJson(random);
        Route[] routes = [.. _server.Home.Router.Routes];
        var statuses = new HashSet<int>();
        for (var i = 0; i < 120; i++)
        {
            foreach (var route in routes.Where(route => i < 10 || route.Verb is not ("GET" or "DELETE" or "HEAD")))
            {
                _server.Clock.Advance(TimeSpan.FromMinutes(1));
                var response = await AnswerAsync(Request(random, route, json.Next(route.Verb + route.Template)));
                Assert.True(response is null or { Status: < 500 or 501 }, $"{random}: {route.Verb} {route.Template}: {response?.Status}");
                if (response is { Status: not (401 or 404 or 422) })
                {
                    json.Understood(route.Verb + route.Template);
                }

                statuses.Add(response?.Status ?? 0);
            }
        }

        Assert.Superset(new HashSet<int> { 200, 401, 404, 422 }, statuses);
        var other = _server.Home.Authenticator.Find((await _server.AddAccountAsync()).Authorization());
        Assert.Equal(200, (await _server.AskAsync("GET", "/v2/config", other)).Status);
    }

    [Fact]
    public async Task A_message_that_is_null_is_none()
    {
        var body = Json.Text("""{"timestamp":1,"messages":[null],"online":false,"urgent":true}""");
        Assert.Equal(422, (await _server.AskAsync("PUT", $"/v1/messages/{_account.Account.Aci}", _account.Caller, body)).Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_message_makes_a_method_fail(int seed)
    {
        var random = new SeededRandom(seed);
        foreach (var method in _server.Home.Calls.Methods)
        {
            for (var i = 0; i < 60; i++)
            {
                _server.Clock.Advance(TimeSpan.FromMinutes(1));
                var caller = method.Access == Access.Anonymous ? null : _server.Home.Authenticator.Find(_account.Authorization());
                var call = new GrpcCall { Path = method.Path, Caller = caller, HasCredentials = caller is not null, Origin = (ulong)i };
                var answer = await _server.Home.Calls.AnswerAsync(
                    call, new ReadOnlySequence<byte>(Message(random, 0)), TestContext.Current.CancellationToken);
                Assert.NotEqual(GrpcCode.Unknown, answer.Code);
            }
        }
    }

    // Fields with small numbers, whose lengths fit, to a depth.
    private static byte[] Message(SeededRandom random, int depth)
    {
        using var bytes = new MemoryStream();
        for (var fields = random.Next(6); fields > 0; fields--)
        {
            var number = 1 + random.Next(8);
            if (random.Next(2) == 0)
            {
                bytes.WriteByte((byte)(number << 3));
                bytes.Write([.. Enumerable.Repeat((byte)0xff, random.Next(10)), (byte)random.Next(2)]);
                continue;
            }

            var content = random.Next(3) == 0 || depth > 4 ? random.Bytes(random.Next(40)) : Message(random, depth + 1);
            content = content.Length < 128 ? content : content[..127];
            bytes.WriteByte((byte)((number << 3) | 2));
            bytes.WriteByte((byte)content.Length);
            bytes.Write(content);
        }

        return bytes.ToArray();
    }

    private Request Request(SeededRandom random, Route route, byte[] body)
    {
        var path = string.Join('/', route.Template.Split('/').Select(segment => segment.StartsWith('{') ? Value(random) : segment));
        var (before, query) = RequestLine.Split($"{path}?{Value(random)}={Value(random)}&ts={Value(random)}&story={random.Next(2) == 0}");
        var device = 1 + random.Next(2);
        return new Request
        {
            Verb = route.Verb,
            Path = before,
            Query = query,
            Caller = random.Next(3) == 0 ? null : _server.Home.Authenticator.Find(_account.Authorization(device)),
            Body = random.Next(15) == 0 ? random.Bytes(random.Next(2000)) : body,
            Origin = (ulong)random.Next(100),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
            {
                ["Unidentified-Access-Key"] = Value(random),
                [random.Next(3) == 0 ? "Authorization" : "X-None"] = Header(random),
                ["X-Signal-Agent"] = Value(random),
            },
        };
    }

    private string Value(SeededRandom random) =>
        random.Next(2) == 0 ? _account.Account.Aci.ToString() : Segments[random.Next(Segments.Length)];

    private string Header(SeededRandom random) => random.Next(3) switch
    {
        0 => "Basic " + Convert.ToBase64String(random.Bytes(random.Next(600))),
        1 => Registrant.Basic($"+3161234567{random.Next(10)}", "password"),
        _ => Value(random),
    };

    // Null for one that waits: whoever asked goes away.
    private async Task<Response?> AnswerAsync(Request request)
    {
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var answer = _server.Home.Router.AnswerAsync(request, gone.Token).AsTask();
        await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(50), TestContext.Current.CancellationToken));
        await gone.CancelAsync();
        try
        {
            return await answer;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
