using System.Text;
using Fluister.Client;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using Fluister.Wire.Json;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>What the server's answers are to the client: those that it expects, and any others.</summary>
public sealed class ApiTests : IAsyncDisposable
{
    private static readonly ServiceId Anna = ServiceId.Aci(Guid.Parse("00000000-0000-4000-8000-000000000001"));
    private static readonly SendJson Message = new() { Messages = [new DeviceMessageJson(6, 1, 1, [1])] };

    private readonly FakeServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(200, """{"needsSync":true}""", "Taken { NeedsSync = True }")]
    [InlineData(404, "", "Unregistered { }")]
    [InlineData(401, "", "AccessDenied { }")]
    [InlineData(409, """{"missingDevices":[2,127],"extraDevices":[3]}""", "Mismatched 2,127 3")]
    [InlineData(410, """{"staleDevices":[1]}""", "Stale 1")]
    public async Task What_becomes_of_a_message_is_told(int status, string body, string expected)
    {
        using var key = new AccessKey(TestAccount.AccessKey);
        var answer = await Answering(status, body, request =>
        {
            Assert.True(request.IsAnonymous);
            Assert.Equal(Convert.ToBase64String(TestAccount.AccessKey), request.Headers["Unidentified-Access-Key"]);
            Assert.Equal(("PUT", $"/v1/messages/{Anna}"), (request.Verb, request.Path));
        }).SendAsync(Anna, Message, key, Cancellation);
        Assert.Equal(expected, answer switch
        {
            SendAnswer.Mismatched wrong => $"Mismatched {string.Join(',', wrong.Missing)} {string.Join(',', wrong.Extra)}",
            SendAnswer.Stale stale => $"Stale {string.Join(',', stale.Devices)}",
            _ => $"{answer}",
        });
    }

    [Theory]
    [InlineData(401, "", null, ClientError.Unlinked, null)]
    [InlineData(403, "", null, ClientError.Refused, null)]
    [InlineData(413, "", null, ClientError.Refused, null)]
    [InlineData(413, "", "7", ClientError.RateLimited, 7)]
    [InlineData(429, "", "7", ClientError.RateLimited, 7)]
    [InlineData(429, "", null, ClientError.RateLimited, null)]
    [InlineData(429, "", "99999999999", ClientError.RateLimited, 3600)]
    [InlineData(429, "", "-1", ClientError.RateLimited, null)]
    [InlineData(428, """{"token":"t","options":["captcha"]}""", "60", ClientError.Challenged, 60)]
    [InlineData(499, "", null, ClientError.Refused, null)]
    [InlineData(500, "", null, ClientError.Unreachable, null)]
    [InlineData(503, "", "3", ClientError.Unreachable, 3)]
    [InlineData(302, "", null, ClientError.Refused, null)]
    [InlineData(0, "", null, ClientError.Refused, null)]
    [InlineData(200, "", null, ClientError.Malformed, null)]
    [InlineData(200, "[]", null, ClientError.Malformed, null)]
    [InlineData(409, """{"missingDevices":[0],"extraDevices":[]}""", null, ClientError.Malformed, null)]
    [InlineData(409, """{"missingDevices":[128],"extraDevices":[]}""", null, ClientError.Malformed, null)]
    [InlineData(409, """{"missingDevices":[2,2],"extraDevices":[]}""", null, ClientError.Malformed, null)]
    [InlineData(409, """{"missingDevices":null,"extraDevices":[]}""", null, ClientError.Malformed, null)]
    [InlineData(410, """{"staleDevices":[-1]}""", null, ClientError.Malformed, null)]
    public async Task Anything_else_is_an_error_of_its_kind(int status, string body, string? wait, ClientError error, int? seconds)
    {
        var api = Answering(status, body, retryAfter: wait);
        var refused = await Assert.ThrowsAsync<ClientException>(() => api.SendAsync(Anna, Message, null, Cancellation));
        Assert.Equal((error, seconds), (refused.Error, (int?)refused.RetryAfter?.TotalSeconds));
        Assert.Equal(status == 428 ? "t" : null, refused.Challenge);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"token":"t","options":[]}""")]
    public async Task A_challenge_that_cannot_be_answered_has_no_token(string body)
    {
        var refused = await Assert.ThrowsAsync<ClientException>(
            () => Answering(428, body).SendAsync(Anna, Message, null, Cancellation));
        Assert.Equal((ClientError.Challenged, null), (refused.Error, refused.Challenge));
    }

    [Fact]
    public async Task Keys_of_a_real_server_are_read()
    {
        await using var scene = await LinkScene.StartAsync(devices: 2);
        var link = scene.Link();
        link.Start(withMessages: false);
        using var key = new AccessKey(TestAccount.AccessKey);
        var read = await new HomeServerApi(link).BundlesAsync(scene.Sockets.Account.Id, null, key, Cancellation);
        Assert.Equal(new IdentityKey(scene.Sockets.Account.Aci.Public.Key), read!.Identity);
        Assert.Equal([1, 2], read.Devices.Select(entry => entry.Device).Order());
        Assert.All(read.Devices, entry => Assert.True(
            entry.Bundle.Signed.IsSignedBy(read.Identity) && entry.Bundle.Kem.IsSignedBy(read.Identity)));
        Assert.Null(await new HomeServerApi(link).BundlesAsync(Anna, 1, null, Cancellation));
    }

    [Theory]
    [InlineData("\"deviceId\":1", "\"deviceId\":0")]
    [InlineData("\"deviceId\":1", "\"deviceId\":200")]
    [InlineData("\"registrationId\":5", "\"registrationId\":0")]
    [InlineData("\"registrationId\":5", "\"registrationId\":16384")]
    [InlineData("\"identityKey\":\"B", "\"identityKey\":\"C")]
    [InlineData("\"devices\":[", "\"devices\":[null,")]
    [InlineData("\"devices\":[", "\"devices\":null,\"x\":[")]
    [InlineData("\"preKey\":{\"keyId\":3,\"publicKey\":\"B", "\"preKey\":{\"keyId\":3,\"publicKey\":\"C")]
    [InlineData("}]}", "},{\"deviceId\":1}]}")]
    public async Task Keys_that_cannot_be_are_a_typed_error(string part, string other)
    {
        using var identity = IdentityKeyPair.Generate(RandomSource.System);
        using var pair = KeyPair.Generate(RandomSource.System);
        using var kem = KemKeyPair.Generate(RandomSource.System);
        var signed = new SignedPreKeyJson(1, pair.Public.Serialized.ToArray(), new byte[64]);
        var last = new SignedPreKeyJson(2, kem.Public.Serialized.ToArray(), new byte[64]);
        var good = Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new BundlesJson(
                identity.Public.Serialized.ToArray(),
                [new DeviceBundleJson(1, 5, signed, last, new PreKeyJson(3, pair.Public.Serialized.ToArray()))]),
            WireJson.Default.BundlesJson));
        Assert.Single((await Answering(200, good).BundlesAsync(Anna, null, null, Cancellation))!.Devices);
        Assert.Contains(part, good, StringComparison.Ordinal);
        var api = Answering(200, good.Replace(part, other, StringComparison.Ordinal));
        var wrong = await Assert.ThrowsAsync<ClientException>(() => api.BundlesAsync(Anna, null, null, Cancellation));
        Assert.Equal(ClientError.Malformed, wrong.Error);
    }

    private HomeServerApi Answering(int status, string body, Action<ServiceRequest>? look = null, string? retryAfter = null)
    {
        var headers = new Dictionary<string, string>();
        if (retryAfter is not null)
        {
            headers["retry-after"] = retryAfter;
        }

        var link = new HomeServerLink(_server.Described, null, TimeProvider.System, RandomSource.System);
        return new HomeServerApi(link)
        {
            Around = (request, _) =>
            {
                look?.Invoke(request);
                return Task.FromResult(new ServiceResponse(status, Encoding.UTF8.GetBytes(body), headers));
            },
        };
    }
}
