using System.Buffers.Binary;
using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Server;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Federation;

/// <summary>Messages for many of whom some are here and some elsewhere.</summary>
public sealed class RemoteManyTests
{
    private const byte SharedByte = 9;
    private static readonly byte[] Zeros = new byte[16];

    [Fact]
    public async Task All_get_their_own_part_of_one_payload_wherever_they_are()
    {
        await using var pair = await ServerPair.StartAsync();
        TestAccount[] to =
        [
            await pair.Here.AddAccountAsync(devices: 2, isUnrestricted: true),
            await pair.There.AddAccountAsync(devices: 2, isUnrestricted: true),
            await pair.There.AddAccountAsync(isUnrestricted: true),
        ];
        LetterChannel[] letters =
        [
            LetterChannel.Of(pair.Here, to[0], 1), LetterChannel.Of(pair.Here, to[0], 2), LetterChannel.Of(pair.There, to[1], 1),
            LetterChannel.Of(pair.There, to[1], 2), LetterChannel.Of(pair.There, to[2], 1),
        ];
        Assert.Equal((200, """{"uuids404":[]}"""), await SendAsync(pair, Body(to), Zeros));
        int[] whose = [0, 0, 1, 1, 2];
        for (var i = 0; i < letters.Length; i++)
        {
            var envelope = await letters[i].EnvelopeAsync();
            Assert.Equal(Envelope.Types.Type.Sealed, envelope.Type);
            Assert.Equal([0x22, .. Enumerable.Repeat((byte)(whose[i] + 1), 48), .. Shared()], envelope.Content.ToByteArray());
            Assert.Equal(to[whose[i]].Account.Aci, new Guid(envelope.DestinationServiceId.Span, bigEndian: true));
        }
    }

    [Fact]
    public async Task The_payload_waits_once_for_all_of_a_peer()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var to = new TestAccount[3];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = await pair.There.AddAccountAsync(isUnrestricted: true);
        }

        Assert.Equal(200, (await SendAsync(pair, Body(to), Zeros)).Status);
        Assert.Equal([3], pair.Here.Database.Read(session => session.Query("SELECT letters FROM payload", row => row.GetInt32(0))));
        Assert.Equal(3, Count(pair, "outbox"));
    }

    [Fact]
    public async Task Keys_of_accounts_elsewhere_are_not_known_here_so_that_they_must_be_open_to_anybody()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (here, there) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        var open = await pair.There.AddAccountAsync(isUnrestricted: true);
        byte[] together = new byte[16];
        Assert.Equal((401, ""), await SendAsync(pair, Body([here, there]), together));
        Assert.Equal((401, ""), await SendAsync(pair, Body([here, open]), together));
        Assert.Equal(200, (await SendAsync(pair, Body([here, open]), TestAccount.AccessKey)).Status);
    }

    [Fact]
    public async Task Nothing_goes_to_anybody_where_somebody_elsewhere_has_other_devices_or_is_not_there()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var here = await pair.Here.AddAccountAsync(isUnrestricted: true);
        var there = await pair.There.AddAccountAsync(devices: 2, isUnrestricted: true);
        var stale = there with
        {
            Account = there.Account with { Devices = [there.Account.Devices[0] with { RegistrationId = 7 }, there.Account.Devices[1]] },
        };
        var missing = there with { Account = there.Account with { Devices = [there.Account.Devices[0]] } };
        var nobody = there with { Account = there.Account with { Aci = pair.There.Identity.Tag.Mint(RandomSource.System) } };
        Assert.Equal(
            (409, $$$"""[{"uuid":"{{{there.Account.Aci}}}","devices":{"missingDevices":[2],"extraDevices":[]}}]"""),
            await SendAsync(pair, Body([here, missing]), Zeros));
        Assert.Equal(
            (410, $$$"""[{"uuid":"{{{there.Account.Aci}}}","devices":{"staleDevices":[1]}}]"""),
            await SendAsync(pair, Body([here, stale]), Zeros));
        Assert.Equal((404, ""), await SendAsync(pair, Body([here, nobody]), Zeros));
        pair.IsCut = true;
        var unknown = nobody with { Account = nobody.Account with { Aci = pair.There.Identity.Tag.Mint(RandomSource.System) } };
        Assert.Equal(503, (await SendAsync(pair, Body([here, unknown]), Zeros)).Status);
        Assert.Equal((0, 0), (Count(pair, "letter"), Count(pair, "outbox")));
        Assert.Equal(200, (await SendAsync(pair, Body([here, there]), Zeros)).Status);
        Assert.Equal((1, 1), (Count(pair, "letter"), Count(pair, "outbox")));
    }

    [Fact]
    public async Task What_cannot_wait_for_elsewhere_does_not_come_to_those_here()
    {
        await using var pair = await ServerPair.StartAsync(relay: false);
        var (here, there) = (await pair.Here.AddAccountAsync(isUnrestricted: true), await pair.There.AddAccountAsync(isUnrestricted: true));
        await pair.Here.Database.WriteAsync(session => session.Run(
            "INSERT INTO outbox (number, peer, account, size, expires, item) SELECT 1, tag, x'00', ?1, 1 << 60, x'' FROM peer",
            ServerLimits.OutboxBytes));
        Assert.Equal(503, (await SendAsync(pair, Body([here, there]), Zeros)).Status);
        Assert.Equal((0, 0), (Count(pair, "letter"), Count(pair, "payload")));
        Assert.Equal(200, (await SendAsync(pair, Body([here]), Zeros)).Status);
        Assert.Equal(1, Count(pair, "letter"));
    }

    [Fact]
    public async Task A_story_goes_to_those_who_are_known_and_tells_nothing_of_others()
    {
        await using var pair = await ServerPair.StartAsync();
        var (here, there) = (await pair.Here.AddAccountAsync(), await pair.There.AddAccountAsync());
        await pair.Here.Home.Relay.Accounts.FindAsync(
            RemoteAccountTests.Peer(pair), there.Account.Aci, TestContext.Current.CancellationToken);
        var nobody = there with { Account = there.Account with { Aci = pair.There.Identity.Tag.Mint(RandomSource.System) } };
        LetterChannel[] letters = [LetterChannel.Of(pair.Here, here), LetterChannel.Of(pair.There, there)];
        Assert.Equal((200, """{"uuids404":[]}"""), await SendAsync(pair, Body([here, there, nobody]), null, "?ts=5&story=true"));
        foreach (var channel in letters)
        {
            Assert.True((await channel.EnvelopeAsync()).Story);
        }
    }

    [Fact]
    public async Task What_is_for_connected_devices_alone_is_kept_nowhere()
    {
        await using var pair = await ServerPair.StartAsync();
        var (here, there) = (await pair.Here.AddAccountAsync(isUnrestricted: true), await pair.There.AddAccountAsync(isUnrestricted: true));
        LetterChannel[] letters = [LetterChannel.Of(pair.Here, here), LetterChannel.Of(pair.There, there)];
        Assert.Equal(200, (await SendAsync(pair, Body([here, there]), Zeros, "?ts=5&online=true")).Status);
        foreach (var channel in letters)
        {
            Assert.Equal(5u, (await channel.EnvelopeAsync()).ClientTimestamp);
        }

        Assert.Equal((0, 0), (Count(pair, "letter"), Count(pair, "outbox")));
    }

    [Fact]
    public async Task Nothing_goes_to_those_who_do_not_believe_our_certificates()
    {
        await using var pair = await ServerPair.StartAsync(relay: false, isOneNetwork: false);
        var (here, there) = (await pair.Here.AddAccountAsync(isUnrestricted: true), await pair.There.AddAccountAsync(isUnrestricted: true));
        Assert.Equal((401, ""), await SendAsync(pair, Body([here, there]), Zeros));
        Assert.Equal(200, (await SendAsync(pair, Body([here, there]), null, "?ts=5&story=true")).Status);
        Assert.Equal((1, 0), (Count(pair, "letter"), Count(pair, "outbox")));
        Assert.Empty(pair.Asked);
    }

    private static byte[] Shared() => [.. Enumerable.Repeat(SharedByte, 300)];

    // As libsignal's version 0x23: each recipient's id, devices and key material, then what all share.
    private static byte[] Body(TestAccount[] to)
    {
        using var body = new MemoryStream();
        body.Write([0x23, (byte)to.Length]);
        for (var i = 0; i < to.Length; i++)
        {
            var id = new byte[ServiceId.FixedWidthBytes];
            to[i].Id.WriteFixedWidth(id);
            body.Write(id);
            var devices = to[i].Account.Devices;
            for (var d = 0; d < devices.Count; d++)
            {
                var device = new byte[3];
                device[0] = (byte)devices[d].Id;
                var more = d + 1 < devices.Count ? 0x8000 : 0;
                BinaryPrimitives.WriteUInt16BigEndian(device.AsSpan(1), (ushort)(devices[d].RegistrationId | more));
                body.Write(device);
            }

            body.Write([.. Enumerable.Repeat((byte)(i + 1), 48)]);
        }

        body.Write(Shared());
        return body.ToArray();
    }

    private static async Task<(int Status, string Body)> SendAsync(
        ServerPair pair, byte[] body, byte[]? key, string query = "?ts=5")
    {
        var answer = await pair.Here.AskAsync(
            "PUT", $"/v1/messages/multi_recipient{query}", body: body, headers: key is null ? [] : [Sending.Key(key)]);
        return (answer.Status, Encoding.UTF8.GetString(answer.Body.Span));
    }

    private static int Count(ServerPair pair, string table) => pair.Here.Database.Read(session =>
        session.First($"SELECT COUNT(*) FROM {table}", row => row.GetInt32(0)));
}
