using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Messages;
using Fluister.Protocol.SenderKeys;

namespace Fluister.Tests.Protocol.SenderKeys;

public sealed class SenderKeyRecordTests
{
    private static readonly Guid Distribution = Guid.Parse("d1d1d1d1-7000-11eb-b32a-33b8a8a487a6");
    private static readonly SeededRandom Random = new(20261122);

    [Fact]
    public void Members_read_messages_in_any_order()
    {
        var (alice, members) = Group(100);
        var messages = Enumerable.Range(0, 60).Select(i => alice.Encrypt(Distribution, Text(i), Random)).ToArray();
        foreach (var member in members)
        {
            Random.Shuffle(messages);
            foreach (var message in messages.Take(5))
            {
                Assert.Equal(Text((int)message.Iteration), member.Decrypt(SenderKeyMessage.Parse(message.Serialized)));
            }
        }
    }

    [Fact]
    public void Every_message_of_a_shuffled_hundred_is_read_once()
    {
        var (alice, members) = Group(1);
        var bob = members[0];
        var messages = Enumerable.Range(0, 100).Select(i => alice.Encrypt(Distribution, Text(i), Random)).ToArray();
        Random.Shuffle(messages);
        foreach (var message in messages)
        {
            Assert.Equal(Text((int)message.Iteration), bob.Decrypt(message));
            Refused.With(ProtocolError.Duplicate, () => bob.Decrypt(message));
        }

        Assert.Empty(bob.States[0].Skipped);
        Assert.Equal(100u, bob.States[0].Chain.Iteration);
    }

    [Fact]
    public void Who_joins_late_reads_from_there_on()
    {
        var (alice, _) = Group(0);
        var early = alice.Encrypt(Distribution, Text(0), Random);
        var bob = Joined(alice);
        Refused.With(ProtocolError.Duplicate, () => bob.Decrypt(early));
        Assert.Equal(Text(1), bob.Decrypt(alice.Encrypt(Distribution, Text(1), Random)));
    }

    [Fact]
    public void A_message_is_read_up_to_the_limit_of_jumps_and_not_beyond()
    {
        var signing = KeyPair.Generate(Random);
        var chainKey = Random.Bytes(32);
        var chain = new List<SenderChainKey> { new(0, chainKey) };
        for (var i = 0; i < Limits.ForwardJumps + 10; i++)
        {
            chain.Add(chain[i].Next());
        }

        SenderKeyMessage At(int iteration) =>
            new(Distribution, 3, 7, (uint)iteration, chain[iteration].MessageKey().Encrypt(Text(9)), signing.Private, Random);

        var bob = new SenderKeyRecord();
        bob.Process(new(Distribution, 3, 7, 0, chainKey, signing.Public));
        var before = bob.Write();
        Refused.With(ProtocolError.TooFarAhead, () => bob.Decrypt(At(Limits.ForwardJumps + 1)));
        Assert.Equal(before, bob.Write());
        Assert.Equal(Text(9), bob.Decrypt(At(Limits.ForwardJumps)));

        // Only the last keys are kept.
        Assert.Equal(Limits.MessageKeys, bob.States[0].Skipped.Length);
        Refused.With(ProtocolError.Duplicate, () => bob.Decrypt(At(Limits.ForwardJumps - Limits.MessageKeys - 1)));
        Assert.Equal(Text(9), bob.Decrypt(At(Limits.ForwardJumps - Limits.MessageKeys)));
        Assert.Equal(Limits.MessageKeys - 1, bob.States[0].Skipped.Length);

        // A short jump after the long one drops as many of the oldest as it adds beyond the limit.
        Assert.Equal(Text(9), bob.Decrypt(At(Limits.ForwardJumps + 4)));
        Assert.Equal(Limits.MessageKeys, bob.States[0].Skipped.Length);
        Refused.With(ProtocolError.Duplicate, () => bob.Decrypt(At(Limits.ForwardJumps - Limits.MessageKeys + 2)));
        Assert.Equal(Text(9), bob.Decrypt(At(Limits.ForwardJumps - Limits.MessageKeys + 3)));
    }

    [Fact]
    public void A_chain_ends_with_its_counter()
    {
        var signing = KeyPair.Generate(Random);
        var last = new SenderKeyRecord();
        last.Process(new(Distribution, 3, 1, uint.MaxValue, Random.Bytes(32), signing.Public));
        var message = new SenderKeyMessage(Distribution, 3, 1, uint.MaxValue, new byte[16], signing.Private, Random);
        Refused.With(ProtocolError.TooFarAhead, () => last.Decrypt(message));
    }

    [Fact]
    public void Without_the_key_nothing_is_read_or_sent()
    {
        var (alice, members) = Group(1);
        var message = alice.Encrypt(Distribution, Text(1), Random);
        var empty = new SenderKeyRecord();
        Refused.With(ProtocolError.NoSenderKey, () => empty.Decrypt(message));
        Refused.With(ProtocolError.NoSenderKey, () => empty.Encrypt(Distribution, Text(1), Random));
        Refused.With(ProtocolError.NoSenderKey, () => empty.Distribution(Distribution));
        Refused.With(ProtocolError.NoSenderKey, () => members[0].Encrypt(Distribution, Text(1), Random));
        Refused.With(ProtocolError.NoSenderKey, () => SenderKeyRecord.Create(Random).Decrypt(message));
        Assert.True(alice.CanEncrypt);
        Assert.False(members[0].CanEncrypt);
        Assert.False(empty.CanEncrypt);
    }

    [Fact]
    public void A_forged_message_changes_nothing()
    {
        var (alice, members) = Group(1);
        var bob = members[0];
        var before = bob.Write();
        for (var skip = 0; skip < 3; skip++)
        {
            alice.Encrypt(Distribution, Text(0), Random);
        }

        var bytes = alice.Encrypt(Distribution, Text(1), Random).Serialized.ToArray();
        for (var i = 0; i < bytes.Length; i++)
        {
            var forged = bytes.ToArray();
            forged[i] ^= (byte)(1 << Random.Next(8));
            Assert.Throws<ProtocolException>(() => bob.Decrypt(SenderKeyMessage.Parse(forged)));
            Assert.Equal(before, bob.Write());
        }

        Assert.Equal(Text(1), bob.Decrypt(SenderKeyMessage.Parse(bytes)));
    }

    [Fact]
    public void Another_member_cannot_speak_for_the_sender()
    {
        var (alice, members) = Group(1);
        var state = members[0].States[0];
        var ciphertext = state.Chain.MessageKey().Encrypt(Text(1));
        var forged = new SenderKeyMessage(Distribution, 3, state.ChainId, 0, ciphertext, KeyPair.Generate(Random).Private, Random);
        Refused.With(ProtocolError.BadSignature, () => members[0].Decrypt(forged));
        Assert.Equal(Text(2), members[0].Decrypt(alice.Encrypt(Distribution, Text(2), Random)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    public void Signed_content_that_is_not_padded_is_malformed_and_changes_nothing(int length)
    {
        var (alice, members) = Group(1);
        var state = alice.States[0];
        var message = new SenderKeyMessage(Distribution, 3, state.ChainId, 0, new byte[length], state.SigningPrivateKey!, Random);
        var before = members[0].Write();
        Refused.With(ProtocolError.Malformed, () => members[0].Decrypt(SenderKeyMessage.Parse(message.Serialized)));
        Assert.Equal(before, members[0].Write());
    }

    [Fact]
    public void A_message_of_another_version_than_its_key_is_refused()
    {
        var signing = KeyPair.Generate(Random);
        var bob = new SenderKeyRecord();
        bob.Process(new(Distribution, 4, 1, 0, Random.Bytes(32), signing.Public));
        var message = new SenderKeyMessage(Distribution, 3, 1, 0, new byte[16], signing.Private, Random);
        Refused.With(ProtocolError.UnknownVersion, () => bob.Decrypt(message));
    }

    [Fact]
    public void The_newest_generations_are_kept_and_the_newest_is_first()
    {
        var bob = new SenderKeyRecord();
        var senders = Enumerable.Range(0, Limits.SenderKeyStates + 2).Select(_ => SenderKeyRecord.Create(Random)).ToArray();
        foreach (var sender in senders)
        {
            bob.Process(sender.Distribution(Distribution));
        }

        var kept = senders.Skip(2).Reverse().Select(sender => sender.States[0].ChainId);
        Assert.Equal(kept, bob.States.Select(state => state.ChainId));
        Refused.With(ProtocolError.NoSenderKey, () => bob.Decrypt(senders[1].Encrypt(Distribution, Text(1), Random)));
        Assert.Equal(Text(2), bob.Decrypt(senders[2].Encrypt(Distribution, Text(2), Random)));
        Assert.Equal(kept, bob.States.Select(state => state.ChainId));
    }

    [Fact]
    public void A_known_generation_comes_to_the_front_and_keeps_its_chain()
    {
        var (first, second) = (SenderKeyRecord.Create(Random), SenderKeyRecord.Create(Random));
        var distribution = first.Distribution(Distribution);
        var bob = new SenderKeyRecord();
        bob.Process(distribution);
        bob.Process(second.Distribution(Distribution));
        var message = first.Encrypt(Distribution, Text(1), Random);
        bob.Decrypt(message);
        bob.Process(distribution);
        Assert.Equal([distribution.ChainId, second.States[0].ChainId], bob.States.Select(state => state.ChainId));
        Refused.With(ProtocolError.Duplicate, () => bob.Decrypt(message));
    }

    [Fact]
    public void A_generation_with_another_signing_key_replaces_the_one_of_the_same_id()
    {
        var (old, other, replacing) = (KeyPair.Generate(Random), KeyPair.Generate(Random), KeyPair.Generate(Random));
        var bob = new SenderKeyRecord();
        bob.Process(new(Distribution, 3, 1, 5, Random.Bytes(32), old.Public));
        bob.Process(new(Distribution, 3, 2, 6, Random.Bytes(32), other.Public));
        bob.Process(new(Distribution, 3, 1, 7, Random.Bytes(32), replacing.Public));
        Assert.Equal([(1u, 7u), (2u, 6u)], bob.States.Select(state => (state.ChainId, state.Chain.Iteration)));
        Assert.Equal(replacing.Public, bob.States[0].SigningKey);
    }

    [Fact]
    public void A_record_is_the_same_after_it_was_written_and_read()
    {
        var (alice, members) = Group(1);
        var bob = members[0];
        var messages = Enumerable.Range(0, 5).Select(i => alice.Encrypt(Distribution, Text(i), Random)).ToArray();
        bob.Decrypt(messages[3]);
        var (aliceAgain, bobAgain) = (SenderKeyRecord.Read(alice.Write()), SenderKeyRecord.Read(bob.Write()));
        Assert.Equal(alice.Write(), aliceAgain.Write());
        Assert.Equal(bob.Write(), bobAgain.Write());
        Assert.Equal(Text(1), bobAgain.Decrypt(messages[1]));
        Assert.Equal(Text(5), bobAgain.Decrypt(aliceAgain.Encrypt(Distribution, Text(5), Random)));
    }

    [Fact]
    public void A_version_that_is_not_written_stands_for_the_first_one()
    {
        var (alice, _) = Group(0);
        var withoutVersion = alice.Write()[..^2];
        withoutVersion[1] -= 2;
        var read = SenderKeyRecord.Read(withoutVersion);
        Assert.Equal(withoutVersion, read.Write());
        Assert.Equal(0x33, read.Encrypt(Distribution, Text(1), Random).Serialized[0]);
    }

    [Fact]
    public void A_record_that_is_cut_off_is_malformed_and_never_a_crash()
    {
        var (alice, members) = Group(1);
        members[0].Decrypt(Enumerable.Range(0, 4).Select(i => alice.Encrypt(Distribution, Text(i), Random)).Last());
        var record = members[0].Write();
        Assert.Equal(0, Truncations(record, bytes => SenderKeyRecord.Read(bytes)));
        for (var round = 0; round < 2000; round++)
        {
            var changed = record.ToArray();
            changed[Random.Next(changed.Length)] = (byte)Random.Next(256);
            try
            {
                SenderKeyRecord.Read(changed).Write();
            }
            catch (ProtocolException)
            {
                // As it may.
            }
        }
    }

    [Fact]
    public void An_id_of_a_generation_has_31_bits()
    {
        var highest = Enumerable.Range(0, 64).Max(_ => SenderKeyRecord.Create(Random).States[0].ChainId);
        Assert.InRange(highest, 1u << 24, (1u << 31) - 1);
    }

    [Fact]
    public void A_used_key_and_the_chain_key_before_it_are_cleared()
    {
        var (alice, members) = Group(1);
        var (hers, his) = (alice.States[0].Chain.Seed, members[0].States[0].Chain.Seed);
        members[0].Decrypt(alice.Encrypt(Distribution, Text(1), Random));
        Assert.All([.. hers, .. his], b => Assert.Equal(0, b));
        var last = members[0].States[0].Chain.Seed;
        members[0].Dispose();
        Assert.All(last, b => Assert.Equal(0, b));
    }

    /// <summary>Reads each beginning but the whole; how many were taken.</summary>
    internal static int Truncations(byte[] bytes, Action<byte[]> read)
    {
        var taken = 0;
        for (var length = 0; length < bytes.Length; length++)
        {
            try
            {
                read(bytes[..length]);
                taken += length == 0 && bytes.Length > 0 ? 0 : 1;
            }
            catch (ProtocolException)
            {
                // As it must.
            }
        }

        return taken;
    }

    private static (SenderKeyRecord Sender, SenderKeyRecord[] Members) Group(int members)
    {
        var sender = SenderKeyRecord.Create(Random);
        return (sender, [.. Enumerable.Range(0, members).Select(_ => Joined(sender))]);
    }

    private static SenderKeyRecord Joined(SenderKeyRecord sender)
    {
        var member = new SenderKeyRecord();
        member.Process(SenderKeyDistributionMessage.Parse(sender.Distribution(Distribution).Serialized));
        return member;
    }

    private static byte[] Text(int number) => [.. "message "u8, .. BitConverter.GetBytes(number)];
}
