using System.Net;
using System.Net.Http.Headers;
using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Server.Requests;
using Fluister.Server.Stores;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;

namespace Fluister.ServerTests.Grpc;

/// <summary>Calls over a real connection: who may, what is refused and how it is said.</summary>
public sealed class CallTests : IAsyncLifetime
{
    private const string Count = "/org.signal.chat.keys.Keys/GetPreKeyCount";
    private const string TakeAnonymously = "/org.signal.chat.keys.KeysAnonymous/GetPreKeys";

    private readonly TestServer _server = new();
    private HttpClient _http = null!;
    private GrpcClient _client = null!;
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync()
    {
        _http = await _server.ListenAsync();
        _client = new GrpcClient(_http);
        _account = await _server.AddAccountAsync(devices: 2);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_call_is_answered_with_a_message_and_trailers()
    {
        var reply = await _client.CallAsync(Count, new GetPreKeyCountRequest(), _account.Authorization());
        Assert.Equal(new GetPreKeyCountResponse(), reply.Message<GetPreKeyCountResponse>());
        Assert.Null(reply.Reason);
    }

    [Fact]
    public async Task A_method_or_a_service_that_is_not_there_is_unimplemented_whoever_asks()
    {
        foreach (var path in new[] { "/org.signal.chat.keys.Keys/Nothing", "/org.signal.chat.Nothing/GetPreKeyCount", "/", Count + "/" })
        {
            foreach (var authorization in new[] { _account.Authorization(), null })
            {
                var reply = await _client.CallAsync(path, new GetPreKeyCountRequest(), authorization);
                Assert.Equal(GrpcCode.Unimplemented, reply.Code);
            }
        }
    }

    [Fact]
    public async Task Nobody_and_somebody_whose_credentials_do_not_fit_are_unauthenticated()
    {
        foreach (var authorization in new[]
        {
            null, "Basic", "Bearer x", _account.Authorization(3), _account.Authorization(1, "another"),
            _account.Authorization().Replace("Basic ", "", StringComparison.Ordinal),
        })
        {
            var reply = await _client.CallAsync(Count, new GetPreKeyCountRequest(), authorization);
            Assert.Equal((GrpcCode.Unauthenticated, "INVALID_CREDENTIALS"), (reply.Code, reply.Reason));
            Assert.Empty(reply.Body);
        }
    }

    [Fact]
    public async Task A_disabled_account_is_unauthenticated()
    {
        await _server.Database.WriteAsync(session => session.Run("UPDATE account SET disabled = 1"));
        var reply = await _client.CallAsync(Count, new GetPreKeyCountRequest(), _account.Authorization());
        Assert.Equal(GrpcCode.Unauthenticated, reply.Code);
    }

    [Fact]
    public async Task An_anonymous_service_refuses_whoever_says_who_they_are_rightly_or_wrongly()
    {
        var request = new GetPreKeysAnonymousRequest
        {
            Request = new GetPreKeysRequest { TargetIdentifier = _account.Id.ToMessage() },
            UnidentifiedAccessKey = ByteString.CopyFrom(TestAccount.AccessKey),
        };
        foreach (var authorization in new[] { _account.Authorization(), _account.Authorization(1, "another"), "Basic" })
        {
            var reply = await _client.CallAsync(TakeAnonymously, request, authorization);
            Assert.Equal((GrpcCode.InvalidArgument, "BAD_AUTHENTICATION"), (reply.Code, reply.Reason));
        }

        Assert.NotNull((await _client.CallAsync(TakeAnonymously, request)).Message<GetPreKeysAnonymousResponse>().PreKeys);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_said_to_be_none()
    {
        var reply = await _client.CallAsync(Count, new ByteArrayContent(GrpcClient.Frame([0xff, 0xff, 0xff])), _account.Authorization());
        Assert.Equal(GrpcCode.Internal, reply.Code);
        Assert.Equal(GrpcCode.Unimplemented, (await _client.CallAsync(Count, new ByteArrayContent([]), _account.Authorization())).Code);
        var compressed = new ByteArrayContent(GrpcClient.Frame([], flag: 1));
        Assert.Equal(GrpcCode.Unimplemented, (await _client.CallAsync(Count, compressed, _account.Authorization())).Code);
    }

    [Fact]
    public async Task A_message_of_just_the_bound_is_taken_and_one_byte_more_is_not()
    {
        // An unknown field of which the rest is one long string of bytes: number 15, of the length that fills it up.
        byte[] Padded(int length)
        {
            var message = new byte[length];
            using var stream = new CodedOutputStream(message);
            stream.WriteTag(15, WireFormat.WireType.LengthDelimited);
            stream.WriteLength(length - 4);
            return message;
        }

        var most = new ByteArrayContent(GrpcClient.Frame(Padded(ServerLimits.GrpcMessage)));
        Assert.Equal(GrpcCode.Ok, (await _client.CallAsync(Count, most, _account.Authorization())).Code);
        var more = new ByteArrayContent(GrpcClient.Frame(Padded(ServerLimits.GrpcMessage + 1)));
        Assert.Equal(GrpcCode.ResourceExhausted, (await _client.CallAsync(Count, more, _account.Authorization())).Code);
    }

    [Fact]
    public async Task What_is_too_often_says_when_it_may_be_tried_again()
    {
        var other = await _server.AddAccountAsync();
        var request = new GetPreKeysRequest { TargetIdentifier = other.Id.ToMessage(), DeviceId = 1 };
        for (var i = 0; i < ServerLimits.PreKeys.Burst; i++)
        {
            var taken = await _client.CallAsync("/org.signal.chat.keys.Keys/GetPreKeys", request, _account.Authorization());
            Assert.NotNull(taken.Message<GetPreKeysResponse>().PreKeys);
        }

        var reply = await _client.CallAsync("/org.signal.chat.keys.Keys/GetPreKeys", request, _account.Authorization());
        Assert.Equal((GrpcCode.ResourceExhausted, "RESOURCE_EXHAUSTED", "600"), (reply.Code, reply.Reason, reply.RetryAfter));
        _server.Clock.Advance(TimeSpan.FromMinutes(10));
        reply = await _client.CallAsync("/org.signal.chat.keys.Keys/GetPreKeys", request, _account.Authorization());
        Assert.Equal(GrpcCode.Ok, reply.Code);
    }

    [Fact]
    public async Task A_busy_store_is_unavailable_and_the_client_is_told_that_the_connection_is_well()
    {
        var (busy, full) = (await FailAsync(new StoreBusyException()), await FailAsync(new StoreFullException(new IOException())));
        Assert.Equal((GrpcCode.Unavailable, "UNAVAILABLE", ServerLimits.BusyRetry), (busy.Code, busy.Reason, busy.RetryAfter));
        Assert.Equal((GrpcCode.Unavailable, "UNAVAILABLE", ServerLimits.DiskRetry), (full.Code, full.Reason, full.RetryAfter));
    }

    [Fact]
    public async Task A_mistake_of_the_program_ends_the_call_and_says_nothing_of_itself()
    {
        var answer = await FailAsync(new InvalidOperationException("a secret"));
        Assert.Equal(GrpcCode.Unknown, answer.Code);
        Assert.DoesNotContain(answer.Trailers, trailer => trailer.Value.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Only_the_primary_may_call_what_is_the_primarys()
    {
        var router = new GrpcRouter([new GrpcMethod("/primary", Access.PrimaryDevice, (_, _, _) => new(new GetPreKeyCountResponse()))]);
        async Task<GrpcCode> AskAsync(Caller? caller)
        {
            var call = new GrpcCall { Path = "/primary", Caller = caller };
            return (await router.AnswerAsync(call, default, TestContext.Current.CancellationToken)).Code;
        }

        Assert.Equal(GrpcCode.Ok, await AskAsync(_account.Caller));
        Assert.Equal(GrpcCode.InvalidArgument, await AskAsync(_account.Caller with { Device = _account.Account.Devices[1] }));
        Assert.Equal(GrpcCode.Unauthenticated, await AskAsync(null));
    }

    [Fact]
    public async Task Another_verb_and_HTTP_1_1_are_no_calls()
    {
        using var get = new HttpRequestMessage(HttpMethod.Put, Count)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcClient.Frame([])),
        };
        get.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var refused = await _http.SendAsync(get, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);

        using var old = new HttpRequestMessage(HttpMethod.Post, Count) { Content = new ByteArrayContent(GrpcClient.Frame([])) };
        old.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var unknown = await _http.SendAsync(old, TestContext.Current.CancellationToken);
        Assert.Equal((new Version(1, 1), HttpStatusCode.NotFound), (unknown.Version, unknown.StatusCode));
    }

    private static ValueTask<GrpcAnswer> FailAsync(Exception failure)
    {
        var router = new GrpcRouter([new GrpcMethod("/fails", Access.Anonymous, (_, _, _) => throw failure)]);
        return router.AnswerAsync(new GrpcCall { Path = "/fails" }, default, TestContext.Current.CancellationToken);
    }
}
