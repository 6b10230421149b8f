using Fluister.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SenderKeys;

namespace Fluister.InteropTests.Libsignal;

/// <summary>Sender keys: ours and the official package's in one group, in each role.</summary>
public sealed class SenderKeyInteropTests(LibsignalClient official) : IClassFixture<LibsignalClient>
{
    private const string Sender = "11111111-1111-4111-8111-111111111111";
    private const int Members = 100;
    private const int Messages = 12;

    private readonly Random _random = new(411);
    private readonly Guid _distribution = Guid.Parse("d1d1d1d1-7000-11eb-b32a-33b8a8a487a6");

    [Fact]
    public void A_hundred_official_members_read_our_messages_in_any_order()
    {
        using var ours = SenderKeyRecord.Create(RandomSource.System);
        var distribution = ours.Distribution(_distribution).Serialized.ToArray();
        ReadByOfficialMembers(
            distribution, [.. Texts().Select(text => ours.Encrypt(_distribution, text, RandomSource.System).Serialized.ToArray())]);
    }

    [Fact]
    public void A_hundred_official_members_read_official_messages_in_any_order()
    {
        CreateSender("host");
        var distribution = official.CallBytes("group.create", Group("host"));
        ReadByOfficialMembers(distribution, [.. Texts().Select(text => Encrypt("host", text))]);
    }

    [Fact]
    public void A_hundred_members_of_ours_read_official_messages_in_any_order_and_keep_the_same_records()
    {
        CreateSender("speaker");
        var distribution = SenderKeyDistributionMessage.Parse(official.CallBytes("group.create", Group("speaker")));
        var members = Enumerable.Range(0, Members).Select(_ => new SenderKeyRecord()).ToArray();
        Array.ForEach(members, member => member.Process(distribution));
        var messages = Enumerable.Range(0, Messages).Select(i => Encrypt("speaker", Text(i))).ToArray();
        var order = Enumerable.Range(0, Messages).ToArray();
        foreach (var member in members)
        {
            _random.Shuffle(order);
            foreach (var i in order)
            {
                Assert.Equal(Text(i), member.Decrypt(SenderKeyMessage.Parse(messages[i])));
            }
        }

        // The last member beside an official one that reads the same messages in the same order.
        official.Call("party.create", new { party = "listener", address = Guid.NewGuid().ToString(), device = 1 });
        official.Call("group.process", FromSender("listener", distribution.Serialized.ToArray()));
        var beside = new SenderKeyRecord();
        beside.Process(distribution);
        foreach (var i in order)
        {
            official.Call("group.decrypt", FromSender("listener", messages[i]));
            beside.Decrypt(SenderKeyMessage.Parse(messages[i]));
            Assert.Equal(official.CallBytes("group.export", FromSender("listener", [])), beside.Write());
        }
    }

    [Fact]
    public void A_record_goes_from_one_to_the_other_and_back_between_messages()
    {
        CreateSender("sender");
        CreateSender("receiver");
        var distribution = official.CallBytes("group.create", Group("sender"));
        official.Call("group.process", FromSender("receiver", distribution));
        for (var i = 0; i < 12; i++)
        {
            using var sender = SenderKeyRecord.Read(official.CallBytes("group.export", FromSender("sender", [])));
            using var receiver = SenderKeyRecord.Read(official.CallBytes("group.export", FromSender("receiver", [])));

            // One message is passed over each time, so that the records hold keys for later.
            sender.Encrypt(_distribution, Text(0), RandomSource.System);
            var ours = sender.Encrypt(_distribution, Text(i), RandomSource.System).Serialized.ToArray();
            Import("sender", sender);
            Assert.Equal(Text(i), official.CallBytes("group.decrypt", FromSender("receiver", ours)));
            Assert.Equal(Text(i), receiver.Decrypt(SenderKeyMessage.Parse(ours)));
            Assert.Equal(official.CallBytes("group.export", FromSender("receiver", [])), receiver.Write());

            var theirs = Encrypt("sender", Text(i + 100));
            Assert.Equal(Text(i + 100), receiver.Decrypt(SenderKeyMessage.Parse(theirs)));
            Import("receiver", receiver);
        }
    }

    [Fact]
    public void Both_refuse_the_same_for_the_same_reason()
    {
        CreateSender("liar");
        CreateSender("hearer");
        var distribution = official.CallBytes("group.create", Group("liar"));
        official.Call("group.process", FromSender("hearer", distribution));
        var state = SenderKeyRecord.Read(official.CallBytes("group.export", FromSender("liar", []))).States[0];
        var good = Encrypt("liar", Text(1));
        byte[] Signed(uint chain, uint iteration, byte[] body, PrivateKey? key = null) =>
            new SenderKeyMessage(_distribution, 3, chain, iteration, body, key ?? state.SigningPrivateKey!, RandomSource.System)
                .Serialized.ToArray();

        // The first of two blocks: it decrypts to zeros, which are never padding. A block by chance would be once in 256 times.
        var body = state.Take(25_000).Key.Encrypt(new byte[16])[..16];
        Same(ProtocolError.BadSignature, "invalid signature", [.. good.AsSpan(0, good.Length - 1), (byte)(good[^1] ^ 1)]);
        var stranger = KeyPair.Generate(RandomSource.System).Private;
        Same(ProtocolError.BadSignature, "invalid signature", Signed(state.ChainId, 1, body, stranger));
        Same(ProtocolError.LegacyVersion, "ciphertext version was too old <2>", [0x23, .. good.AsSpan(1)]);
        Same(ProtocolError.UnknownVersion, "ciphertext version was unrecognized <4>", [0x43, .. good.AsSpan(1)]);
        Same(ProtocolError.Malformed, "too short <64>", good[..64]);
        Same(ProtocolError.Malformed, "protobuf encoding was invalid", [0x33, 0x0a, 0x01, .. new byte[80]]);
        Same(ProtocolError.NoSenderKey, "missing sender key state", Signed(state.ChainId ^ 1, 0, body));
        Same(ProtocolError.TooFarAhead, "too far into the future", Signed(state.ChainId, 25_001, body));
        Same(ProtocolError.Malformed, "failed to decrypt", Signed(state.ChainId, 25_000, body));
        Same(ProtocolError.Malformed, "length must be a non-zero multiple of 16", Signed(state.ChainId, 3, []));
        Assert.Equal(Text(1), official.CallBytes("group.decrypt", FromSender("hearer", good)));
        Same(ProtocolError.Duplicate, "DuplicatedMessage", good);

        void Same(ProtocolError error, string said, byte[] bytes)
        {
            var before = official.CallBytes("group.export", FromSender("hearer", []));
            var theirs = Assert.Throws<LibsignalException>(() => official.Call("group.decrypt", FromSender("hearer", bytes)));
            Assert.True(theirs.Message.Contains(said, StringComparison.Ordinal), $"{error}: {theirs.Message}");
            using var record = SenderKeyRecord.Read(before);
            var ours = Assert.Throws<ProtocolException>(() => record.Decrypt(SenderKeyMessage.Parse(bytes)));
            Assert.True(error == ours.Error, $"{error}: {ours.Error}, {ours.Message}");
            Assert.Equal(before, record.Write());
        }
    }

    [Fact]
    public void A_distribution_message_that_comes_again_or_replaces_another_leaves_the_same_record()
    {
        CreateSender("several");
        var ours = new SenderKeyRecord();
        var keys = Enumerable.Range(0, 7).Select(_ => KeyPair.Generate(RandomSource.System).Public).ToArray();
        foreach (var (chain, key) in new (uint, int)[] { (1, 0), (2, 1), (1, 0), (3, 2), (2, 3), (4, 4), (5, 5), (6, 6), (3, 2), (1, 0) })
        {
            var chainKey = new byte[32];
            _random.NextBytes(chainKey);
            var message = new SenderKeyDistributionMessage(_distribution, 3, chain, (uint)_random.Next(9), chainKey, keys[key]);
            ours.Process(SenderKeyDistributionMessage.Parse(message.Serialized));
            official.Call("group.process", FromSender("several", message.Serialized.ToArray()));
            Assert.Equal(official.CallBytes("group.export", FromSender("several", [])), ours.Write());
        }

        Assert.Equal(Limits.SenderKeyStates, ours.States.Count);
    }

    private static IEnumerable<byte[]> Texts() => Enumerable.Range(0, Messages).Select(Text);

    private static byte[] Text(int number) => [.. "message "u8, .. BitConverter.GetBytes(number)];

    private void CreateSender(string party) => official.Call("party.create", new { party, address = Sender, device = 1 });

    private object Group(string party) => new { party, distributionId = _distribution.ToString() };

    private object FromSender(string party, byte[] bytes) =>
        new { party, address = Sender, device = 1, distributionId = _distribution.ToString(), bytes };

    private byte[] Encrypt(string party, byte[] text) =>
        official.Call("group.encrypt", new { party, distributionId = _distribution.ToString(), text }).Bytes("bytes");

    private void Import(string party, SenderKeyRecord record) => official.Call(
        "group.import", new { party, address = Sender, device = 1, distributionId = _distribution.ToString(), record = record.Write() });

    private void ReadByOfficialMembers(byte[] distribution, byte[][] messages)
    {
        var members = Enumerable.Range(0, Members).Select(i => $"member {i}").ToArray();
        foreach (var party in members)
        {
            official.Post("party.create", new { party, address = Guid.NewGuid().ToString(), device = 1 });
            official.Post("group.process", FromSender(party, distribution));
        }

        var texts = Texts().ToArray();
        foreach (var party in members)
        {
            var order = Enumerable.Range(0, Messages).ToArray();
            _random.Shuffle(order);
            var read = order.Select(i => official.Send("group.decrypt", FromSender(party, messages[i]))).ToArray();
            Assert.Equal(order.Select(i => texts[i]), read.Select(text => official.Wait(text).Bytes()));
        }
    }
}
