using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Client;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.ServerTests.Client;

/// <summary>A home server that lies about devices, keys and certificates: nothing is encrypted for whom it made up, what cannot be sent is
/// told or waits, and the conversation goes on once it is honest.</summary>
public sealed class LyingTests
{
    // How often it lies, before it is honest.
    private const int Lies = 2;

    public static TheoryData<string> Bundles =>
    [
        "no devices", "another's key", "signature", "kem signature", "no kem", "twice", "device 0", "device 200", "negative",
        "registration", "identity", "short identity", "not json", "array", "deep", "null", "300 devices", "empty",
    ];

    [Theory]
    [MemberData(nameof(Bundles))]
    public async Task Keys_that_make_no_sense_encrypt_nothing(string lie)
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        var lies = 0;
        var early = false;
        meddler.Answered = (request, response) =>
        {
            if (request.Verb != "GET" || !request.Path.StartsWith("/v2/keys/", StringComparison.Ordinal) || ++lies > Lies)
            {
                return response;
            }

            early |= meddler.Requests.Any(OutboxTests.IsSend);
            return Meddler.Response(200, Lie(response.Body.ToStringUtf8(), lie));
        };
        await GoesOnAsync(anna, bert, meddler);
        Assert.InRange(lies, 1, Lies + 2);
        Assert.False(early);
    }

    [Theory]
    [InlineData("409", """{"missingDevices":[2],"extraDevices":[]}""")]
    [InlineData("409", """{"missingDevices":[0,-5,4000000000],"extraDevices":[]}""")]
    [InlineData("409", """{"missingDevices":[],"extraDevices":[1]}""")]
    [InlineData("409", """{"missingDevices":[1],"extraDevices":[1]}""")]
    [InlineData("409", "{}")]
    [InlineData("409", "no json")]
    [InlineData("410", """{"staleDevices":[1]}""")]
    [InlineData("410", """{"staleDevices":[]}""")]
    [InlineData("410", "[]")]
    [InlineData("418", "")]
    [InlineData("0", "")]
    [InlineData("99999", "")]
    public async Task Answers_to_messages_that_make_no_sense_are_not_believed_for_ever(string status, string body)
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await anna.SendAsync(bert.Id, "one");
        await bert.NextTextAsync("one");
        var lies = 0;
        var code = int.Parse(status, CultureInfo.InvariantCulture);
        meddler.Instead = request => request.Path.StartsWith($"/v1/messages/{bert.Id}", StringComparison.Ordinal) && ++lies <= Lies
            ? Meddler.Response(code, body)
            : null;
        await GoesOnAsync(anna, bert, meddler);
        Assert.InRange(lies, 1, 40);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"certificate":""}""")]
    [InlineData("""{"certificate":"AAAA"}""")]
    [InlineData("""{"certificate":"another's"}""")]
    public async Task A_certificate_that_is_none_or_another_s_seals_nothing_in_its_name(string answer)
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var cleo = await scene.AddAsync();
        await cleo.ReadyAsync();
        var others = await scene.Server.AskAsync("GET", "/v1/certificate/delivery?includeE164=false", cleo.Account.Caller);
        var ofCleo = System.Text.Encoding.UTF8.GetString(others.Body.Span);
        var lies = 0;
        meddler.Answered = (request, response) =>
            request.Path.StartsWith("/v1/certificate/delivery", StringComparison.Ordinal) && ++lies <= Lies
                ? Meddler.Response(200, answer.Contains("another", StringComparison.Ordinal) ? ofCleo : answer)
                : response;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await GoesOnAsync(anna, bert, meddler);
        Assert.InRange(lies, 1, Lies + 1);
    }

    // What is sent while the server lies arrives as what it is, or is given up; what is sent afterwards arrives.
    private static async Task GoesOnAsync(Person anna, Person bert, Meddler meddler)
    {
        var first = anna.Write(bert.Id, "one");
        await anna.NextAsync<ClientEvent>(told => (told is MessageSent sent && sent.Timestamp == first)
            || (told is SendFailed { Cause.Error: not ClientError.Store } failed && failed.Timestamp == first));
        (meddler.Answered, meddler.Instead) = (null, null);
        await anna.SendAsync(bert.Id, "two");
        var received = await bert.NextAsync<ContentReceived>(heard => heard.Content.DataMessage?.Body == "two");
        Assert.Equal((anna.Id, 1), (received.Sender, received.Device));
    }

    private static string Lie(string honest, string lie)
    {
        using var mallory = IdentityKeyPair.Generate(RandomSource.System);
        if (JsonNode.Parse(honest) is not JsonObject answer || answer["devices"] is not JsonArray devices)
        {
            return honest;
        }

        var device = devices[0]!;
        switch (lie)
        {
            case "no devices":
                devices.Clear();
                break;
            case "another's key":
                answer["identityKey"] = Convert.ToBase64String(mallory.Public.Serialized);
                break;
            case "signature":
                device["signedPreKey"]!["signature"] = Convert.ToBase64String(new byte[64]);
                break;
            case "kem signature":
                device["pqPreKey"]!["signature"] = device["signedPreKey"]!["signature"]!.DeepClone();
                break;
            case "no kem":
                device.AsObject().Remove("pqPreKey");
                break;
            case "twice":
                device["signedPreKey"]!["signature"] = Convert.ToBase64String(new byte[64]);
                devices.Add(device.DeepClone());
                break;
            case "device 0" or "device 200" or "negative":
                device["deviceId"] = lie switch { "device 0" => 0, "device 200" => 200, _ => -1 };
                break;
            case "registration":
                device["registrationId"] = 4_000_000_000;
                break;
            case "identity":
                answer["identityKey"] = Convert.ToBase64String([5, .. new byte[32]]);
                break;
            case "short identity":
                answer["identityKey"] = "BQ==";
                break;
            case "not json":
                return "<html>";
            case "array":
                return "[]";
            case "deep":
                return new string('[', 100_000);
            case "null":
                return "null";
            case "300 devices":
                for (var id = 2; id < 300; id++)
                {
                    var copy = device.DeepClone();
                    copy["deviceId"] = id;
                    devices.Add(copy);
                }

                break;
            default:
                return "";
        }

        return answer.ToJsonString();
    }
}
