using Fluister.Server.Federation;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;
using Kind = Fluister.Wire.Protos.Federation.Outcome.Types.Kind;

namespace Fluister.ServerTests.Federation;

/// <summary>A peer with good keys says what it may not: in the name of others, about others, or what cannot be. Each such item is refused
/// by itself, nothing of it is done, and the others of the same transaction are.</summary>
public sealed class LyingItemTests
{
    [Fact]
    public async Task Nobody_but_its_own_accounts_write_by_a_peer()
    {
        await using var scene = await LyingPeer.StartAsync();
        var (anna, ben) = (await scene.Here.AddAccountAsync(), await scene.Here.AddAccountAsync());
        var own = LyingPeer.Mint(scene.Liar);
        var transaction = scene.Number(
            LyingPeer.Text(anna, own, 1),
            LyingPeer.Text(anna, LyingPeer.Mint(scene.Honest), 2),
            LyingPeer.Text(anna, ben.Account.Aci, 3),
            LyingPeer.Text(anna, Guid.NewGuid(), 4),
            LyingPeer.Text(anna, own, 5));
        transaction.Items[3].Message.Source = ByteString.CopyFromUtf8("no id");
        var answer = await scene.SendAsync(transaction);
        Assert.Equal(
            transaction.Items.Skip(1).Take(3).Select(item => (item.Number, Kind.Refused)),
            answer.Outcomes.Select(outcome => (outcome.Number, outcome.Kind)));
        Assert.Equal([(own, 1), (own, 5)], scene.Read(anna));
    }

    [Fact]
    public async Task Nothing_is_passed_on_to_others()
    {
        await using var scene = await LyingPeer.StartAsync();
        var stranger = await scene.Honest.AddAccountAsync();
        var nobody = await scene.Liar.AddAccountAsync();
        Assert.Equal(
            [Kind.Refused, Kind.Refused],
            await scene.RefusedAsync(
                LyingPeer.Text(stranger, LyingPeer.Mint(scene.Liar)), LyingPeer.Text(nobody, LyingPeer.Mint(scene.Liar))));
        Assert.Equal(0, scene.Here.Database.Read(session => session.First("SELECT COUNT(*) FROM outbox", row => row.GetInt32(0))));
    }

    [Fact]
    public async Task Receipts_come_from_those_who_received()
    {
        await using var scene = await LyingPeer.StartAsync();
        var (anna, ben) = (await scene.Here.AddAccountAsync(), await scene.Here.AddAccountAsync());
        Item Receipt(Guid from) => new()
        {
            Account = LyingPeer.Bytes(anna.Account.Aci),
            Receipt = new Fluister.Wire.Protos.Federation.DeliveryReceipt
            {
                Recipient = LyingPeer.Bytes(from),
                Device = 1,
                Timestamp = 7,
            },
        };
        Assert.Equal(
            [Kind.Refused, Kind.Refused],
            await scene.RefusedAsync(Receipt(LyingPeer.Mint(scene.Honest)), Receipt(ben.Account.Aci)));
        Assert.Empty(scene.Read(anna));
        var own = LyingPeer.Mint(scene.Liar);
        Assert.Empty((await scene.SendAsync(scene.Number(Receipt(own)))).Outcomes);
        Assert.Equal(own, Assert.Single(scene.Read(anna)).Source);
    }

    [Fact]
    public async Task Lists_and_deletions_are_about_its_own_accounts()
    {
        await using var scene = await LyingPeer.StartAsync();
        var (anna, stranger) = (await scene.Here.AddAccountAsync(), await scene.Honest.AddAccountAsync());
        await KeepAsync(scene, stranger);
        var before = scene.Here.Home.Relay.Accounts.Known(stranger.Account.Aci);
        Assert.NotNull(before);
        foreach (var aci in new[] { stranger.Account.Aci, anna.Account.Aci })
        {
            var stolen = List(anna, ulong.MaxValue >> 1);
            stolen.Aci = LyingPeer.Bytes(aci);
            Assert.Equal(
                [Kind.Refused, Kind.Refused, Kind.Refused],
                await scene.RefusedAsync(
                    new Item { Account = LyingPeer.Bytes(aci), Devices = stolen },
                    new Item { Account = LyingPeer.Bytes(LyingPeer.Mint(scene.Liar)), Devices = stolen },
                    new Item { Account = LyingPeer.Bytes(aci), Deleted = new AccountDeleted() }));
        }

        Assert.Equal(before.Devices, scene.Here.Home.Relay.Accounts.Known(stranger.Account.Aci)?.Devices);
        Assert.NotNull(scene.Here.Home.Accounts.Find(anna.Account.Aci));
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_the_rest_is_done()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        Item Wrong(Action<Message> change)
        {
            var item = LyingPeer.Text(anna, own);
            change(item.Message);
            return item;
        }

        Item[] wrong =
        [
            new Item { Account = LyingPeer.Bytes(anna.Account.Aci) },
            new Item { Account = ByteString.CopyFromUtf8("x"), Message = LyingPeer.Text(anna, own).Message },
            Wrong(message => message.Parts.Clear()),
            Wrong(message => message.Parts.Add(message.Parts[0].Clone())),
            Wrong(message => message.Parts[0].Device = 0),
            Wrong(message => message.Parts[0].Device = uint.MaxValue),
            Wrong(message => message.Parts[0].Type = 5),
            Wrong(message => message.Parts[0].Type = 77),
            Wrong(message => message.Parts[0].RegistrationId = uint.MaxValue),
            Wrong(message => message.Parts[0].Content = ByteString.CopyFrom(new byte[(96 * 1024) + 1])),
            Wrong(message => message.Payload = 1),
            Wrong(message => message.Payload = uint.MaxValue),
            Wrong(message => message.Timestamp = ulong.MaxValue),
            Wrong(message => message.SourceDevice = 0),
            Wrong(message => message.SourceDevice = uint.MaxValue),
        ];
        var transaction = scene.Number([.. wrong, LyingPeer.Text(anna, own, 9)]);
        var answer = await scene.SendAsync(transaction);
        Assert.Equal(
            wrong.Select(item => (item.Number, Kind.Refused)), answer.Outcomes.Select(outcome => (outcome.Number, outcome.Kind)));
        Assert.Equal((own, 9), Assert.Single(scene.Read(anna)));
    }

    [Fact]
    public async Task Without_the_access_key_nothing_sealed_arrives_and_nobody_learns_who_is_there()
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var (wrong, none, nobody) = (LyingPeer.Text(anna, null), LyingPeer.Text(anna, null), LyingPeer.Text(anna, null));
        wrong.Message.AccessKey = ByteString.CopyFrom(new byte[16]);
        none.Message.AccessKey = ByteString.Empty;
        nobody.Account = LyingPeer.Bytes(LyingPeer.Mint(scene.Here));
        Assert.Equal(
            [Kind.NotAuthorized, Kind.NotAuthorized, Kind.NotAuthorized], await scene.RefusedAsync(wrong, none, nobody));
        Assert.Empty(scene.Read(anna));
        Assert.Empty((await scene.SendAsync(scene.Number(LyingPeer.Text(anna, null, 3)))).Outcomes);
        Assert.Equal((Guid.Empty, 3), Assert.Single(scene.Read(anna)));
    }

    [Theory]
    [InlineData("descending")]
    [InlineData("twice")]
    [InlineData("negative")]
    [InlineData("settled")]
    [InlineData("many")]
    [InlineData("payloads")]
    [InlineData("large payload")]
    public async Task What_is_no_transaction_is_refused_as_a_whole(string how)
    {
        await using var scene = await LyingPeer.StartAsync();
        var anna = await scene.Here.AddAccountAsync();
        var own = LyingPeer.Mint(scene.Liar);
        var transaction = scene.Number(LyingPeer.Text(anna, own, 1), LyingPeer.Text(anna, own, 2));
        switch (how)
        {
            case "descending":
                (transaction.Items[0].Number, transaction.Items[1].Number) = (transaction.Items[1].Number, transaction.Items[0].Number);
                break;
            case "twice":
                transaction.Items[1].Number = transaction.Items[0].Number;
                break;
            case "negative":
                transaction.Items[1].Number = ulong.MaxValue;
                break;
            case "settled":
                transaction.Settled = ulong.MaxValue;
                break;
            case "many":
                transaction.Items.AddRange(scene.Number([.. Enumerable.Range(0, 1024).Select(_ => LyingPeer.Text(anna, own))]).Items);
                break;
            case "payloads":
                transaction.Payloads.AddRange(Enumerable.Repeat(ByteString.CopyFromUtf8("x"), 3));
                break;
            default:
                transaction.Payloads.Add(ByteString.CopyFrom(new byte[(96 * 1024) + 1]));
                break;
        }

        var body = transaction.ToByteArray();
        Assert.Equal(400, (await scene.AskAsync(scene.Sign(body), body)).Status);
        Assert.Empty(scene.Read(anna));
    }

    private static Task<RemoteAccount> KeepAsync(LyingPeer scene, TestAccount account) => scene.Here.Home.Relay.Accounts.KeepAsync(
        scene.Here.Home.Relay.Peers.Find(scene.Honest.Identity.Tag)!, List(account, 5));

    private static DeviceList List(TestAccount account, ulong version) => new()
    {
        Aci = LyingPeer.Bytes(account.Account.Aci),
        Version = version,
        Devices = { new DeviceList.Types.Device { Id = 1, RegistrationId = 7 } },
        IdentityKey = ByteString.CopyFrom(account.Aci.Public.Serialized),
    };
}
