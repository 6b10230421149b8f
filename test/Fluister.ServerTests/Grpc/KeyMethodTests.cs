using System.Security.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Server.Grpc;
using Fluister.Server.PreKeys;
using Fluister.Wire.Protos.Chat;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Fluister.ServerTests.Grpc;

/// <summary>Pre-keys by gRPC: the same room as by JSON, with the answers of the contract.</summary>
public sealed class KeyMethodTests : IAsyncLifetime
{
    private readonly TestServer _server = new();
    private GrpcClient _client = null!;
    private TestAccount _account = null!;

    public async ValueTask InitializeAsync()
    {
        _client = new GrpcClient(await _server.ListenAsync());
        _account = await _server.AddAccountAsync(devices: 2);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task What_is_published_is_counted_and_is_taken_by_others()
    {
        var oneTime = new SetOneTimeEcPreKeysRequest { IdentityType = IdentityType.Aci, PreKeys = { Ec(11), Ec(12) } };
        await SetAsync("SetOneTimeEcPreKeys", oneTime);
        var kem = new SetOneTimeKemSignedPreKeysRequest { IdentityType = IdentityType.Aci, PreKeys = { Kem(_account.Kem(13)) } };
        await SetAsync("SetOneTimeKemSignedPreKeys", kem);
        var signed = new SetEcSignedPreKeyRequest { IdentityType = IdentityType.Aci, SignedPreKey = Signed(_account.Signed(14)) };
        await SetAsync("SetEcSignedPreKey", signed);
        var last = new SetKemLastResortPreKeyRequest { IdentityType = IdentityType.Aci, SignedPreKey = Kem(_account.Kem(15)) };
        await SetAsync("SetKemLastResortPreKey", last);
        var pni = new SetOneTimeEcPreKeysRequest { IdentityType = IdentityType.Pni, PreKeys = { Ec(16), Ec(17), Ec(18) } };
        await SetAsync("SetOneTimeEcPreKeys", pni);
        Assert.Equal(
            new GetPreKeyCountResponse { AciEcPreKeyCount = 2, AciKemPreKeyCount = 1, PniEcPreKeyCount = 3 },
            (await CallAsync("Keys/GetPreKeyCount", new GetPreKeyCountRequest(), _account)).Message<GetPreKeyCountResponse>());

        var other = await _server.AddAccountAsync();
        var request = new GetPreKeysRequest { TargetIdentifier = _account.Id.ToMessage() };
        var all = (await CallAsync("Keys/GetPreKeys", request, other)).Message<GetPreKeysResponse>().PreKeys;
        Assert.Equal(_account.Aci.Public.Serialized.ToArray(), all.IdentityKey.ToByteArray());
        Assert.Equal(HMACSHA256.HashData(TestAccount.AccessKey, new byte[32]), all.UnidentifiedAccessKeyFingerprint.ToByteArray());
        Assert.False(all.UnrestrictedUnidentifiedAccess);
        Assert.Equal([1u, 2u], all.DevicePreKeys.Keys.Order());
        Assert.Equal(
            new DevicePreKeyBundle
            {
                EcOneTimePreKey = oneTime.PreKeys[0],
                EcSignedPreKey = signed.SignedPreKey,
                KemOneTimePreKey = kem.PreKeys[0],
                RegistrationId = 1001,
            },
            all.DevicePreKeys[1]);
        request.DeviceId = 1;
        var again = (await CallAsync("Keys/GetPreKeys", request, other)).Message<GetPreKeysResponse>().PreKeys;
        Assert.Equal(oneTime.PreKeys[1], again.DevicePreKeys[1].EcOneTimePreKey);
        Assert.Equal(last.SignedPreKey, again.DevicePreKeys[1].KemOneTimePreKey);
        Assert.Single(again.DevicePreKeys);
        var third = (await CallAsync("Keys/GetPreKeys", request, other)).Message<GetPreKeysResponse>().PreKeys;
        Assert.Null(third.DevicePreKeys[1].EcOneTimePreKey);
    }

    [Fact]
    public async Task Keys_that_do_not_fit_are_invalid_arguments()
    {
        var other = await _server.AddAccountAsync();
        var kem = Kem(_account.Kem(1));
        var many = new SetOneTimeEcPreKeysRequest { IdentityType = IdentityType.Aci };
        many.PreKeys.Add(Enumerable.Range(0, ServerLimits.OneTimePreKeys + 1).Select(id => Ec((uint)id)));
        const IdentityType Aci = IdentityType.Aci;
        (string Method, IMessage Message)[] wrong =
        [
            ("SetOneTimeEcPreKeys", many),
            ("SetOneTimeEcPreKeys", new SetOneTimeEcPreKeysRequest { IdentityType = IdentityType.Aci }),
            ("SetOneTimeEcPreKeys", new SetOneTimeEcPreKeysRequest { PreKeys = { Ec(1) } }),
            ("SetOneTimeEcPreKeys", new SetOneTimeEcPreKeysRequest { IdentityType = Aci, PreKeys = { new EcPreKey { KeyId = 1 } } }),
            ("SetOneTimeEcPreKeys", new SetOneTimeEcPreKeysRequest { IdentityType = Aci,
                PreKeys = { new EcPreKey(Ec(1)) { KeyId = -1 } } }),
            ("SetEcSignedPreKey", new SetEcSignedPreKeyRequest { IdentityType = IdentityType.Aci }),
            ("SetEcSignedPreKey", new SetEcSignedPreKeyRequest { IdentityType = IdentityType.Aci, SignedPreKey = Signed(other.Signed(1)) }),
            ("SetKemLastResortPreKey", new SetKemLastResortPreKeyRequest { IdentityType = IdentityType.Aci }),
            ("SetKemLastResortPreKey", new SetKemLastResortPreKeyRequest { IdentityType = IdentityType.Pni, SignedPreKey = kem }),
            ("SetOneTimeKemSignedPreKeys", new SetOneTimeKemSignedPreKeysRequest { IdentityType = (IdentityType)3, PreKeys = { kem } }),
        ];
        foreach (var (method, message) in wrong)
        {
            var reply = await CallAsync("Keys/" + method, message, _account);
            Assert.Equal((GrpcCode.InvalidArgument, "CONSTRAINT_VIOLATED"), (reply.Code, reply.Reason));
        }

        var count = (await CallAsync("Keys/GetPreKeyCount", new GetPreKeyCountRequest(), _account)).Message<GetPreKeyCountResponse>();
        Assert.Equal(new GetPreKeyCountResponse(), count);
    }

    [Fact]
    public async Task Who_does_not_say_who_they_are_is_told_the_same_of_a_wrong_key_and_of_nobody()
    {
        var open = await _server.AddAccountAsync(isUnrestricted: true);
        async Task<GetPreKeysAnonymousResponse> AskAsync(ServiceId target, Action<GetPreKeysAnonymousRequest> authorize)
        {
            var request = new GetPreKeysAnonymousRequest { Request = new GetPreKeysRequest { TargetIdentifier = target.ToMessage() } };
            authorize(request);
            return (await CallAsync("KeysAnonymous/GetPreKeys", request, null)).Message<GetPreKeysAnonymousResponse>();
        }

        void Right(GetPreKeysAnonymousRequest request) => request.UnidentifiedAccessKey = ByteString.CopyFrom(TestAccount.AccessKey);
        void Wrong(GetPreKeysAnonymousRequest request) => request.UnidentifiedAccessKey = ByteString.CopyFrom(new byte[16]);
        void Unrestricted(GetPreKeysAnonymousRequest request) => request.UnrestrictedAccess = new Empty();
        void Token(GetPreKeysAnonymousRequest request) => request.GroupSendToken = ByteString.CopyFrom(1, 2, 3);

        Assert.NotNull((await AskAsync(_account.Id, Right)).PreKeys);
        Assert.NotNull((await AskAsync(open.Id, Wrong)).PreKeys);
        Assert.True((await AskAsync(open.Id, Unrestricted)).PreKeys.UnrestrictedUnidentifiedAccess);
        var refusals = new[]
        {
            await AskAsync(_account.Id, Wrong),
            await AskAsync(ServiceId.Aci(Guid.NewGuid()), Right),
            await AskAsync(_account.Id, Unrestricted),
            await AskAsync(ServiceId.Pni(_account.Account.Pni!.Value), Right), await AskAsync(_account.Id, Token),
        };
        Assert.All(refusals, refusal => Assert.NotNull(refusal.FailedUnidentifiedAuthorization));
        var none = new GetPreKeysAnonymousRequest { Request = new GetPreKeysRequest { TargetIdentifier = _account.Id.ToMessage() } };
        Assert.Equal(GrpcCode.InvalidArgument, (await CallAsync("KeysAnonymous/GetPreKeys", none, null)).Code);
    }

    [Fact]
    public async Task A_target_that_is_not_there_is_part_of_the_answer_and_one_that_is_no_id_is_an_invalid_argument()
    {
        var nobody = new GetPreKeysRequest { TargetIdentifier = ServiceId.Aci(Guid.NewGuid()).ToMessage() };
        Assert.NotNull((await CallAsync("Keys/GetPreKeys", nobody, _account)).Message<GetPreKeysResponse>().TargetNotFound);
        var device = new GetPreKeysRequest { TargetIdentifier = _account.Id.ToMessage(), DeviceId = 5 };
        Assert.NotNull((await CallAsync("Keys/GetPreKeys", device, _account)).Message<GetPreKeysResponse>().TargetNotFound);
        GetPreKeysRequest[] wrong =
        [
            new(), new() { TargetIdentifier = new ServiceIdentifier { IdentityType = IdentityType.Aci } },
            new() { TargetIdentifier = new ServiceIdentifier { Uuid = _account.Id.ToMessage().Uuid } },
            new() { TargetIdentifier = _account.Id.ToMessage(), DeviceId = 128 },
            new() { TargetIdentifier = _account.Id.ToMessage(), DeviceId = 0 },
        ];
        foreach (var request in wrong)
        {
            Assert.Equal(GrpcCode.InvalidArgument, (await CallAsync("Keys/GetPreKeys", request, _account)).Code);
        }
    }

    private static EcPreKey Ec(uint id) => new() { KeyId = (int)id, PublicKey = ByteString.CopyFrom(TestAccount.OneTime(id).Public) };

    private static EcSignedPreKey Signed(PublishedKey key) =>
        new() { KeyId = (int)key.Id, PublicKey = ByteString.CopyFrom(key.Public), Signature = ByteString.CopyFrom(key.Signature) };

    private static KemSignedPreKey Kem(PublishedKey key) =>
        new() { KeyId = (int)key.Id, PublicKey = ByteString.CopyFrom(key.Public), Signature = ByteString.CopyFrom(key.Signature) };

    private async Task SetAsync(string method, IMessage message) =>
        (await CallAsync("Keys/" + method, message, _account)).Message<SetPreKeyResponse>();

    private Task<GrpcReply> CallAsync(string method, IMessage message, TestAccount? caller) =>
        _client.CallAsync("/org.signal.chat.keys." + method, message, caller?.Authorization());
}
