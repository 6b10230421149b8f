using System.Text;
using System.Text.Json;
using Fluister.Client;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SealedSender;
using Fluister.Wire;
using Fluister.Wire.Descriptors;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Client;

/// <summary>Who a sealed message comes from is certain, and sealing is done wherever it can be.</summary>
public sealed class SealTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("trusted", "Plain content must be a decryption error message.")]
    [InlineData("untrusted", "trust root")]
    [InlineData("expired", "expired")]
    [InlineData("self", "this very device")]
    [InlineData("tagless", "Plain content must be a decryption error message.")]
    [InlineData("foreign", "not the sender's")]
    [InlineData("foreign tagless", "not the sender's")]
    [InlineData("longer tag", "not the sender's")]
    [InlineData("peer's own", "Plain content must be a decryption error message.")]
    public async Task A_seal_is_opened_only_with_a_certificate_that_holds(string which, string cause)
    {
        using var root = KeyPair.Generate(RandomSource.System);
        using var signer = KeyPair.Generate(RandomSource.System);
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await anna.SendAsync(bert.Id, "before");
        await bert.NextTextAsync("before");

        // The one that has been checked once already.
        var genuine = SenderCertificate.Read(anna.Store.Items.Bytes("senderCertificate")!);
        var (home, peer) = (ServerTag.Of(anna.Id.Uuid).ToBytes(), new byte[] { 1, 2, 3, 4, 5 });
        var foreign = ServiceId.Aci(new Guid([.. peer, .. Registrant.Bytes(11)], bigEndian: true));
        var certificate = which switch
        {
            "tagless" => Certify(anna.Id, null),
            "foreign" => Certify(anna.Id, peer),
            "foreign tagless" => Certify(foreign, null),
            "longer tag" => Certify(anna.Id, [.. home, 0]),
            "peer's own" => Certify(foreign, peer),
            "trusted" or "expired" => genuine,
            "self" => SenderCertificate.Read(await bert.Client.Context.Api.SenderCertificateAsync(Cancellation)),
            _ => SenderCertificate.Create(
                genuine.Sender, null, anna.Account.Aci.Public, genuine.Expires,
                ServerCertificate.Create(1, signer.Public, root.Private, RandomSource.System), signer.Private, RandomSource.System),
        };
        var sender = which == "self" ? bert : anna;

        // What is inside needs no session: it is refused later than the certificate, and for another reason.
        var inside = PlaintextContent.Parse([0xc0, 0x80]);
        var bytes = SealedSenderCipher.Seal(
            new SealedContent(certificate, inside), sender.Account.Aci, bert.Account.Aci.Public, RandomSource.System);
        var time = which == "expired" ? genuine.Expires.AddSeconds(1) : scene.Server.Clock.GetUtcNow();
        meddler.Pushed = push => push.Path != "/api/v1/message" ? [push] :
        [
            new SocketRequest(push)
            {
                Body = new Envelope
                {
                    Type = Envelope.Types.Type.Sealed,
                    ClientTimestamp = 5,
                    ServerTimestamp = (ulong)time.ToUnixTimeMilliseconds(),
                    DestinationServiceId = ByteString.CopyFrom(bert.Id.ToBytes()),
                    ServerGuid = ByteString.CopyFrom(Registrant.Bytes(16)),
                    Content = ByteString.CopyFrom(bytes),
                }.ToByteString(),
            },
            push,
        ];

        await anna.SendAsync(bert.Id, "genuine");

        var refused = await bert.NextAsync<EnvelopeRefused>();
        Assert.Contains(cause, refused.Cause, StringComparison.Ordinal);
        ServiceId? known = which switch
        {
            "trusted" or "self" or "tagless" => sender.Id,
            "peer's own" => foreign,
            _ => null,
        };
        Assert.Equal(known, refused.Sender);
        await bert.NextTextAsync("genuine");

        // As the network's root could, or another server under it.
        SenderCertificate Certify(ServiceId claimed, byte[]? tag) => SenderCertificate.Create(
            new ProtocolAddress(claimed, 1), null, anna.Account.Aci.Public, genuine.Expires,
            ServerCertificate.Create(1, signer.Public, scene.Server.Identity.Root.Private, RandomSource.System, tag),
            signer.Private, RandomSource.System);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Before_a_sender_is_refused_for_its_root_the_home_server_is_asked_which_there_are_and_not_too_often(bool hasJoined)
    {
        using var root = KeyPair.Generate(RandomSource.System);
        using var signer = KeyPair.Generate(RandomSource.System);
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await anna.SendAsync(bert.Id, "before");
        await bert.NextTextAsync("before");

        // What each asks when it has connected.
        while (meddler.Requests.Count(request => request.Path == SignedDescriptor.Path) < 2)
        {
            await Task.Delay(10, Cancellation);
        }

        var server = scene.Server.Identity;
        var said = SignedDescriptor.Read(scene.Server.Describe(meddler.Port), scene.Server.Key)!;
        var later = SignedDescriptor.Sign(
            JsonSerializer.SerializeToUtf8Bytes(
                said with { Sequence = said.Sequence + 1, TrustRoots = [root.Public.Serialized.ToArray(), .. said.TrustRoots] },
                DescriptorJsonContext.Default.DescriptorJson),
            server.Key.Private,
            RandomSource.System);
        var asked = 0;
        meddler.Instead = request => request.Path != SignedDescriptor.Path ? null
            : Interlocked.Increment(ref asked) > 0 && hasJoined ? Meddler.Response(200, Encoding.UTF8.GetString(later)) : null;

        var certificate = SenderCertificate.Create(
            new ProtocolAddress(anna.Id, 1), null, anna.Account.Aci.Public, scene.Server.Clock.GetUtcNow().AddDays(1),
            ServerCertificate.Create(1, signer.Public, root.Private, RandomSource.System, server.Tag.ToBytes()),
            signer.Private, RandomSource.System);
        var inside = PlaintextContent.Parse([0xc0, 0x80]);
        var bytes = SealedSenderCipher.Seal(
            new SealedContent(certificate, inside), anna.Account.Aci, bert.Account.Aci.Public, RandomSource.System);
        const int Times = 3;
        meddler.Pushed = push => push.Path != "/api/v1/message" ? [push] :
        [
            .. Enumerable.Range(0, Times).Select(_ => new SocketRequest(push)
            {
                Body = new Envelope
                {
                    Type = Envelope.Types.Type.Sealed,
                    ClientTimestamp = 5,
                    ServerTimestamp = (ulong)scene.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
                    DestinationServiceId = ByteString.CopyFrom(bert.Id.ToBytes()),
                    ServerGuid = ByteString.CopyFrom(Registrant.Bytes(16)),
                    Content = ByteString.CopyFrom(bytes),
                }.ToByteString(),
            }),
            push,
        ];

        foreach (var text in new[] { "one", "two" })
        {
            await anna.SendAsync(bert.Id, text);
            for (var i = 0; i < Times; i++)
            {
                Assert.Contains(
                    hasJoined ? "Plain content must be" : "trust root",
                    (await bert.NextAsync<EnvelopeRefused>()).Cause,
                    StringComparison.Ordinal);
            }

            await bert.NextTextAsync(text);
            Assert.Equal(1, asked);
        }
    }

    [Fact]
    public async Task The_certificate_is_kept_over_a_restart_and_renewed_before_it_expires()
    {
        var (scene, meddler) = await ClientScene.StartMeddledAsync();
        await using var _ = scene;
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await anna.SendAsync(bert.Id, "first");
        Assert.Single(Fetches(meddler));

        await anna.CloseAsync();
        var clock = new MovableClock();
        anna.Open(clock: clock);
        await anna.SendAsync(bert.Id, "second");
        Assert.Single(Fetches(meddler));

        clock.Ahead = TimeSpan.FromDays(6.5);
        scene.Server.Clock.Advance(TimeSpan.FromDays(6.5));
        Assert.True((await anna.SendAsync(bert.Id, "third")).IsSealed);
        Assert.Equal(2, Fetches(meddler).Count());
    }

    [Fact]
    public async Task Whoever_writes_to_the_number_is_told_that_account_and_number_are_one_until_it_has_arrived()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = (await scene.AddAsync(), await scene.AddAsync());
        await anna.ReadyAsync();
        await bert.ReadyAsync();

        await bert.SendAsync(anna.Client.Self.Pni!.Value, "to the number");
        Assert.Equal(bert.Id, (await anna.NextTextAsync("to the number")).Sender);
        await anna.SendAsync(bert.Id, "one");
        var signature = (await bert.NextTextAsync("one")).Content.PniSignatureMessage;
        Assert.True(Fluister.Protocol.Identity.AlternateIdentity.Verify(
            anna.Account.Pni.Public, anna.Account.Aci.Public, signature.Signature.Span));
        Assert.Equal(anna.Account.Account.Pni!.Value.ToByteArray(bigEndian: true), signature.Pni.ToByteArray());

        anna.Store.Transact(() => anna.Client.Sender.Delivered(new ProtocolAddress(bert.Id, 1), 1));
        await anna.SendAsync(bert.Id, "two");
        Assert.Null((await bert.NextTextAsync("two")).Content.PniSignatureMessage);
    }

    [Fact]
    public async Task Typing_goes_only_to_who_is_connected_and_is_not_kept()
    {
        await using var scene = await ClientScene.StartAsync();
        var (anna, bert) = await OutboxTests.PairAsync(scene);
        await anna.SendAsync(bert.Id, "hello");
        await bert.NextTextAsync("hello");
        await anna.Client.Sender.SendOnlineAsync(bert.Id, Text("now"), 7, Cancellation);
        await bert.NextTextAsync("now");

        await bert.CloseAsync();
        await anna.Client.Sender.SendOnlineAsync(bert.Id, Text("gone"), 8, Cancellation);
        await anna.SendAsync(bert.Id, "kept");
        bert.Open();
        await bert.NextTextAsync("kept");
    }

    private static IEnumerable<SocketRequest> Fetches(Meddler meddler) =>
        meddler.Requests.Where(request => request.Path.StartsWith("/v1/certificate/delivery", StringComparison.Ordinal));

    private static byte[] Text(string text) =>
        new Content { DataMessage = new DataMessage { Body = text, Timestamp = text == "now" ? 7u : 8u } }
        .ToByteArray();
}
