using System.IO.Compression;
using System.Net;
using Fluister.Server.Federation;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.ServerTests.Federation;

/// <summary>A peer that is asked answers with too much, nothing, elsewhere, or about others.</summary>
public sealed class LyingAnswerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpStatusCode.MovedPermanently)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.TemporaryRedirect)]
    [InlineData(HttpStatusCode.PermanentRedirect)]
    public async Task It_is_not_followed_elsewhere(HttpStatusCode status)
    {
        await using var scene = await LyingPeer.StartAsync();
        var asked = 0;
        Says(scene, () =>
        {
            asked++;
            var answer = new HttpResponseMessage(status);
            answer.Headers.Location = new Uri("https://127.0.0.1:1/federation/v1/ping");
            return answer;
        });
        Assert.Equal(PeerError.Malformed, await FailAsync(scene));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Of_an_endless_answer_no_more_is_read_than_may_come()
    {
        await using var scene = await LyingPeer.StartAsync();
        var endless = new Endless();
        Says(scene, () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(endless) });
        Assert.Equal(PeerError.Malformed, await FailAsync(scene));
        Assert.InRange(endless.Taken, 1, 2 << 20);

        // The same where it is a refusal's sentence.
        var sentence = new Endless();
        Says(scene, () => new HttpResponseMessage(HttpStatusCode.Forbidden)
        {
            Content = new StreamContent(sentence) { Headers = { ContentType = new("text/plain") } },
        });
        Assert.Equal(PeerError.Refused, await FailAsync(scene));
        Assert.InRange(sentence.Taken, 0, 1 << 20);
    }

    [Fact]
    public async Task A_packed_answer_is_not_unpacked()
    {
        await using var scene = await LyingPeer.StartAsync();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(new byte[64 << 20]);
        }

        Says(scene, () => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(packed.ToArray()) { Headers = { ContentEncoding = { "gzip" } } },
        });
        Assert.Equal(PeerError.Malformed, await FailAsync(scene));
    }

    [Fact]
    public async Task Who_does_not_answer_is_not_waited_for()
    {
        await using var scene = await LyingPeer.StartAsync();
        var asked = new TaskCompletionSource();
        scene.Answer = async (_, _, cancellation) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException();
        };
        var failing = FailAsync(scene);
        await asked.Task.WaitAsync(Cancellation);
        scene.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(PeerError.Unreachable, await failing);
    }

    [Fact]
    public async Task Keys_and_lists_of_others_are_not_believed()
    {
        await using var scene = await LyingPeer.StartAsync();
        var (anna, target) = (await scene.Here.AddAccountAsync(), await scene.Liar.AddAccountAsync());
        var (stranger, sibling) = (await scene.Honest.AddAccountAsync(), await scene.Liar.AddAccountAsync());
        foreach (var about in new[] { stranger, anna, sibling })
        {
            var list = List(about);
            scene.Answer = (name, _, _) => Task.FromResult(Protobuf(
                name == "keys" ? Claim(about, list) : new DevicesResponse { List = list }));
            var body = """
                {"messages":[{"type":1,"destinationDeviceId":1,"destinationRegistrationId":7,"content":"AAAA"}],"timestamp":1}
                """u8
                .ToArray();
            Assert.Equal(503, (await scene.Here.AskAsync("GET", $"/v2/keys/{target.Id}/*", anna.Caller)).Status);
            Assert.Equal(503, (await scene.Here.AskAsync("PUT", $"/v1/messages/{target.Id}", anna.Caller, body)).Status);
            Assert.All(
                new[] { stranger, anna, sibling, target },
                account => Assert.Null(scene.Here.Home.Relay.Accounts.Known(account.Account.Aci)));
        }
    }

    [Fact]
    public async Task A_list_that_cannot_be_is_not_kept()
    {
        await using var scene = await LyingPeer.StartAsync();
        var (anna, target) = (await scene.Here.AddAccountAsync(), await scene.Liar.AddAccountAsync());
        void Is(Action<DeviceList> change)
        {
            var list = List(target);
            change(list);
            scene.Answer = (_, _, _) => Task.FromResult(Protobuf(new DevicesResponse { List = list }));
        }

        Action<DeviceList>[] wrong =
        [
            list => list.Devices[0].Id = 0,
            list => list.Devices[0].Id = uint.MaxValue,
            list => list.Devices[0].RegistrationId = uint.MaxValue,
            list => list.Devices.Add(list.Devices[0].Clone()),
            list => list.Devices.AddRange(Enumerable.Range(2, 100_000).Select(id => new DeviceList.Types.Device { Id = (uint)id })),
            list => list.IdentityKey = ByteString.CopyFromUtf8("no key"),
            list => list.AccessKeyChecksum = ByteString.CopyFrom(new byte[1000]),
            list => list.Version = ulong.MaxValue,
        ];
        foreach (var change in wrong)
        {
            Is(change);
            var peer = scene.Here.Home.Relay.Peers.Find(scene.Liar.Identity.Tag)!;
            await Assert.ThrowsAsync<Server.Requests.RefusedException>(
                async () => await scene.Here.Home.Relay.Accounts.FindAsync(peer, target.Account.Aci, Cancellation));
            Assert.Null(scene.Here.Home.Relay.Accounts.Known(target.Account.Aci));
        }

        Is(_ => { });
        Assert.NotNull(await scene.Here.Home.Relay.Accounts.FindAsync(
            scene.Here.Home.Relay.Peers.Find(scene.Liar.Identity.Tag)!, target.Account.Aci, Cancellation));
        Assert.NotNull(anna);
    }

    private static ClaimResponse Claim(TestAccount account, DeviceList list)
    {
        ClaimResponse.Types.Key Key(Server.PreKeys.PublishedKey key) => new()
        {
            Id = key.Id,
            Public = ByteString.CopyFrom(key.Public),
            Signature = ByteString.CopyFrom(key.Signature ?? []),
        };
        return new ClaimResponse
        {
            Found = Found.Found,
            List = list,
            Devices =
            {
                new ClaimResponse.Types.DeviceKeys
                {
                    Device = 1, RegistrationId = 7, Signed = Key(account.Signed(1)), Kem = Key(account.Kem(2)),
                },
            },
        };
    }

    private static DeviceList List(TestAccount account) => new()
    {
        Aci = LyingPeer.Bytes(account.Account.Aci),
        Version = 5,
        Devices = { new DeviceList.Types.Device { Id = 1, RegistrationId = 7 } },
        IdentityKey = ByteString.CopyFrom(account.Aci.Public.Serialized),
    };

    private static HttpResponseMessage Protobuf(IMessage message) => new(HttpStatusCode.OK)
    {
        Content = new ByteArrayContent(message.ToByteArray()) { Headers = { ContentType = new("application/x-protobuf") } },
    };

    private static void Says(LyingPeer scene, Func<HttpResponseMessage> answer) =>
        scene.Answer = (_, _, _) => Task.FromResult(answer());

    private static async Task<PeerError> FailAsync(LyingPeer scene) => (await Assert.ThrowsAsync<PeerException>(
        () => scene.Here.Home.Relay.Client.AskAsync<PingResponse>(
            scene.Here.Home.Relay.Peers.Find(scene.Liar.Identity.Tag)!,
            "ping",
            new PingRequest(),
            TimeSpan.FromSeconds(10),
            Cancellation))).Error;

    /// <summary>Never ends, and counts what was read of it.</summary>
    private sealed class Endless : Stream
    {
        public long Taken { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => Taken; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'a');
            Taken += count;
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
