using System.Buffers;
using System.Buffers.Text;
using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;
using Fluister.Server.Grpc;
using Fluister.Server.Requests;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Fluister.ServerTests.Enumeration;

/// <summary>What somebody who does not say who they are can ask of an account, each with all that the answer says.</summary>
internal sealed class Questions(TestServer server)
{
    private static readonly string Version = new('a', 64);
    private ulong _origin;

    /// <summary>Those that no account may be told from none by.</summary>
    public Dictionary<string, Func<Target, Task<string>>> WithSecrets => new()
    {
        ["profile"] = target => AskAsync("GET", $"/v1/profile/{target.Id}", target),
        ["profile of a number"] = target => AskAsync("GET", $"/v1/profile/{ServiceId.Pni(target.Pni)}", target),
        ["version of a profile"] = target => AskAsync("GET", $"/v1/profile/{target.Id}/{Version}", target),
        ["credential"] = target => AskAsync("GET", $"/v1/profile/{target.Id}/{Version}/00cc?credentialType=expiringProfileKey", target),
        ["all keys"] = target => AskAsync("GET", $"/v2/keys/{target.Id}/*", target),
        ["keys"] = target => AskAsync("GET", $"/v2/keys/{target.Id}/1", target),
        ["keys of a number"] = target => AskAsync("GET", $"/v2/keys/{ServiceId.Pni(target.Pni)}/*", target),
        ["sealed message"] = target => AskAsync("PUT", $"/v1/messages/{target.Id}", target, Message),
        ["storage"] = target => AskAsync("GET", "/v1/storage/manifest", target, name: $"{target.Aci}"),
        ["registration by number"] = target => RegisterAsync(target, target.Number),
        ["registration by id"] = target => RegisterAsync(target, $"{target.Aci}"),
        ["password"] = target =>
            Task.FromResult($"{server.Home.Authenticator.Find(Registrant.Basic($"{target.Aci}.1", target.Password))}"),
        ["password of a device"] = target =>
            Task.FromResult($"{server.Home.Authenticator.Find(Registrant.Basic($"{target.Aci}.9", target.Password))}"),
        ["credential of SVR"] = target => AskAsync(
            "POST", "/v2/svr/auth/check", target, $$"""{"number":"{{target.Number}}","tokens":["a:b"]}"""),
        ["gRPC keys"] = target => CallAsync("keys.KeysAnonymous/GetPreKeys", new GetPreKeysAnonymousRequest
        {
            Request = new GetPreKeysRequest { TargetIdentifier = target.Id.ToMessage() },
            UnidentifiedAccessKey = ByteString.CopyFrom(target.AccessKey),
        }),
        ["gRPC keys of everybody"] = target => CallAsync("keys.KeysAnonymous/GetPreKeys", new GetPreKeysAnonymousRequest
        {
            Request = new GetPreKeysRequest { TargetIdentifier = target.Id.ToMessage() },
            UnrestrictedAccess = new Empty(),
        }),
        ["gRPC sealed message"] = target => CallAsync(
            "messages.MessagesAnonymous/SendSingleRecipientMessage",
            new SendSealedSenderMessageRequest
            {
                Destination = target.Id.ToMessage(),
                Messages = Bundle,
                UnidentifiedAccessKey = ByteString.CopyFrom(target.AccessKey),
            }),
    };

    /// <summary>Those that Signal's own rules answer, of accounts that are there; a disabled one is not.</summary>
    public Dictionary<string, Func<Target, Task<string>>> Open => new()
    {
        ["existence"] = target => AskAsync("HEAD", $"/v1/accounts/account/{target.Id}", null),
        ["existence of a number"] = target => AskAsync("HEAD", $"/v1/accounts/account/{ServiceId.Pni(target.Pni)}", null),
        ["identity"] = target => AskAsync(
            "POST", "/v1/profile/identity_check/batch", null, $$"""{"elements":[{"uuid":"{{target.Id}}","fingerprint":"AAAAAA=="}]}"""),
        ["username"] = target => AskAsync("GET", $"/v1/accounts/username_hash/{Base64Url.EncodeToString(target.Username)}", null),
        ["link"] = target => AskAsync("GET", $"/v1/accounts/username_link/{target.Link}", null),
        ["story"] = target => AskAsync("PUT", $"/v1/messages/{target.Id}?story=true", null, Message),
        ["message for many"] = target => SendAsync(target, "?ts=1"),
        ["story for many"] = target => SendAsync(target, "?ts=1&story=true"),
        ["gRPC existence"] = target => CallAsync(
            "account.AccountsAnonymous/CheckAccountExistence",
            new CheckAccountExistenceRequest { ServiceIdentifier = target.Id.ToMessage() }),
        ["gRPC username"] = target => CallAsync(
            "account.AccountsAnonymous/LookupUsernameHash",
            new LookupUsernameHashRequest { UsernameHash = ByteString.CopyFrom(target.Username) }),
        ["gRPC link"] = target => CallAsync(
            "account.AccountsAnonymous/LookupUsernameLink",
            new LookupUsernameLinkRequest { UsernameLinkHandle = ByteString.CopyFrom(target.Link.ToByteArray(bigEndian: true)) }),
        ["gRPC story"] = target => CallAsync(
            "messages.MessagesAnonymous/SendStory",
            new SendStoryMessageRequest { Destination = target.Id.ToMessage(), Messages = Bundle }),
    };

    // For no device that there is, so that nothing is written.
    private static string Message => """
        {"messages":[{"type":6,"destinationDeviceId":5,"destinationRegistrationId":1,"content":"AQID"}],"timestamp":1}
        """;

    private static IndividualRecipientMessageBundle Bundle => new()
    {
        Timestamp = 1,
        Messages =
        {
            [5] = new() { Type = SendMessageType.UnidentifiedSender, RegistrationId = 1, Payload = ByteString.CopyFrom(1) },
        },
    };

    private async Task<string> AskAsync(string verb, string path, Target? target, string body = "", string? name = null)
    {
        List<(string, string)> headers = target is null || name is not null
            ? []
            : [("Unidentified-Access-Key", Convert.ToBase64String(target.AccessKey))];
        if (name is not null)
        {
            headers.Add(("Authorization", Registrant.Basic(name, target!.Storage)));
        }

        return Describe(await server.AskAsync(verb, path, null, Json.Text(body), ++_origin, [.. headers]));
    }

    // A message for many of version 0x23: one recipient with one device, key material for it, and what all share.
    private async Task<string> SendAsync(Target target, string query)
    {
        byte[] body = [0x23, 1, 0, .. target.Aci.ToByteArray(bigEndian: true), 5, 0, 1, .. new byte[48], .. new byte[64]];
        var key = ("Unidentified-Access-Key", Convert.ToBase64String(target.AccessKey));
        return Describe(await server.AskAsync("PUT", "/v1/messages/multi_recipient" + query, null, body, ++_origin, [key]));
    }

    private async Task<string> RegisterAsync(Target target, string name)
    {
        var somebody = new Registrant(server, target.Number);
        somebody.Attributes["recoveryPassword"] = Convert.ToBase64String(Target.Recovery);
        var proof = new JsonObject { ["recoveryPassword"] = Convert.ToBase64String(target.RecoveryPassword) };
        return Describe(await somebody.RegisterAsync(proof, name));
    }

    private async Task<string> CallAsync(string method, IMessage message)
    {
        var call = new GrpcCall { Path = "/org.signal.chat." + method, Origin = ++_origin };
        var answer = await server.Home.Calls.AnswerAsync(
            call, new ReadOnlySequence<byte>(message.ToByteArray()), TestContext.Current.CancellationToken);
        return $"{string.Join(' ', answer.Trailers)} {answer.Message}";
    }

    private static string Describe(Response response) =>
        $"{response.Status} {response.ContentType} {string.Join(' ', response.Headers)} {Convert.ToHexString(response.Body.Span)}";
}
