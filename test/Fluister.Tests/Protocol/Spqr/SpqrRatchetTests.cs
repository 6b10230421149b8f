using Fluister.Protocol;
using Fluister.Protocol.Ratchets.Spqr;
using Fluister.Protocol.Ratchets.Spqr.Braid;

namespace Fluister.Tests.Protocol.Spqr;

public sealed class SpqrRatchetTests
{
    [Fact]
    public void In_strict_turns_an_epoch_is_three_headers_thirty_and_thirty_six_chunks_and_five()
    {
        var pair = new SpqrPair(seed: 200);
        var said = new List<(ulong Epoch, BraidPayload Payload, int Bytes)>[] { [], [] };
        for (var i = 0; i < 3 * 41; i++)
        {
            for (var side = 0; side < 2; side++)
            {
                var message = pair.Send(side);
                pair.Receive(1 - side, message);
                var read = BraidMessage.Read(message.Bytes, out _);
                said[side].Add((read.Epoch, read.Payload, message.Bytes.Length));
            }
        }

        // Alice makes the first pair of keys and Bob the second; each epoch takes 41 round trips.
        Assert.Equal("Header*3 Vector*29 VectorAndAcknowledgement*7", Runs(said[0].Where(static m => m.Epoch == 1).Take(39)));
        Assert.Equal("None*2 Ciphertext1*30 None*6 Ciphertext2*5", Runs(said[1].Where(static m => m.Epoch == 1).Take(43)));
        Assert.Equal("Header*3 Vector*29 VectorAndAcknowledgement*7", Runs(said[1].Where(static m => m.Epoch == 2).Take(39)));
        Assert.InRange(said[0].Concat(said[1]).Min(static m => m.Bytes), 4, 4);
        Assert.InRange(said[0].Concat(said[1]).Max(static m => m.Bytes), 37, 37);
        Assert.Equal(3UL, said[0][^1].Epoch);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Over_a_hundred_epochs_with_loss_delay_and_duplicates_both_sides_have_the_same_keys(int seed)
    {
        var pair = new SpqrPair(seed);
        var random = new SeededRandom(1_000 + seed);
        var underWay = new PriorityQueue<(int To, SpqrPair.Sent Message), int>();
        for (var step = 0; pair.Epoch(0) <= 40 || pair.Epoch(1) <= 40; step++)
        {
            Assert.True(step < 60_000, $"seed {seed}: the epochs stand still at {pair.Epoch(0)}");
            var side = random.Next(2);
            var message = pair.Send(side);
            if (random.Next(10) < 7)
            {
                underWay.Enqueue((1 - side, message), step + random.Next(random.Next(20) == 0 ? 150 : 8));
            }

            while (underWay.TryPeek(out var arrived, out var due) && due <= step)
            {
                underWay.Dequeue();
                pair.Receive(arrived.To, arrived.Message);
                if (random.Next(8) == 0)
                {
                    Refused.With(ProtocolError.Duplicate, () => pair[arrived.To].Receive(arrived.Message.Bytes));
                }
            }
        }
    }

    [Fact]
    public void Over_a_hundred_epochs_in_turns_both_sides_have_the_same_keys()
    {
        var pair = new SpqrPair(seed: 210);
        while (pair.Epoch(0) <= 104)
        {
            pair.Receive(1, pair.Send(0));
            pair.Receive(0, pair.Send(1));
        }

        Assert.InRange(pair.Epoch(1), 104UL, 106UL);
    }

    [Fact]
    public void Both_may_write_at_once_and_before_they_have_read_anything()
    {
        var pair = new SpqrPair(seed: 220);
        for (var round = 0; round < 300; round++)
        {
            var fromAlice = Enumerable.Range(0, 1 + (round % 4)).Select(_ => pair.Send(0)).ToArray();
            var fromBob = Enumerable.Range(0, 1 + (round % 3)).Select(_ => pair.Send(1)).ToArray();
            foreach (var message in fromAlice)
            {
                pair.Receive(1, message);
            }

            foreach (var message in fromBob.Reverse())
            {
                pair.Receive(0, message);
            }
        }

        Assert.True(pair.Epoch(0) > 8, "the epochs went on");
    }

    [Fact]
    public void One_who_writes_without_an_answer_stays_in_the_epoch()
    {
        var pair = new SpqrPair(seed: 230);
        for (var i = 0; i < 500; i++)
        {
            pair.Receive(1, pair.Send(0));
        }

        Assert.Equal((1UL, 1UL), (pair.Epoch(0), pair.Epoch(1)));
        pair.Receive(0, pair.Send(1));
    }

    [Fact]
    public void A_state_goes_on_from_its_bytes_after_every_step()
    {
        var pair = new SpqrPair(seed: 240);
        var random = new SeededRandom(241);
        var states = new HashSet<int>();
        while (pair.Epoch(0) <= 6)
        {
            for (var side = 0; side < 2; side++)
            {
                var message = pair.Send(side);
                pair.Again(side);
                if (random.Next(4) != 0)
                {
                    pair.Receive(1 - side, message);
                    states.Add(SpqrRecords.BraidState(pair.Again(1 - side)));
                }
            }
        }

        Assert.Equal(Enumerable.Range(1, 11).Except([9]), states.Except([9]).Order());
    }

    [Fact]
    public void A_key_that_is_there_before_its_ciphertext_has_arrived_waits_for_word_of_it()
    {
        var pair = new SpqrPair(seed: 245);
        for (var i = 0; i < 3; i++)
        {
            pair.Receive(1, pair.Send(0));
        }

        // The first ciphertext begins to arrive, then all of the vector; the rest of the ciphertext comes late.
        pair.Receive(0, pair.Send(1));
        var late = Enumerable.Range(0, 29).Select(_ => pair.Send(1)).ToList();
        for (var i = 0; i < 36; i++)
        {
            pair.Receive(1, pair.Send(0));
        }

        Assert.Equal(9, SpqrRecords.BraidState(pair.Again(1)));
        pair.Receive(0, pair.Send(1));
        pair.Receive(1, pair.Send(0));
        Assert.Equal(9, SpqrRecords.BraidState(pair.Again(1)));
        late.ForEach(message => pair.Receive(0, message));
        pair.Receive(1, pair.Send(0));
        Assert.Equal(11, SpqrRecords.BraidState(pair.Again(1)));
    }

    [Fact]
    public void Word_of_the_ciphertext_alone_is_enough_where_the_key_is_there()
    {
        var pair = new SpqrPair(seed: 246);
        for (var i = 0; i < 3; i++)
        {
            pair.Receive(1, pair.Send(0));
        }

        for (var i = 0; i < 30; i++)
        {
            pair.Receive(0, pair.Send(1));
        }

        // Alice has the ciphertext; of her chunks with word of it none arrives, and then a ciphertext 2 makes her say so without a chunk.
        var said = BraidMessage.Read(pair.Send(0).Bytes, out _);
        Assert.Equal(BraidPayload.VectorAndAcknowledgement, said.Payload);
        for (var i = 0; i < 36; i++)
        {
            pair.Receive(1, pair.Send(0));
        }

        Assert.Equal(11, SpqrRecords.BraidState(pair.Again(1)));
        pair.Receive(0, pair.Send(1));
        Assert.Equal(BraidPayload.Acknowledgement, BraidMessage.Read(pair.Send(0).Bytes, out _).Payload);
    }

    [Fact]
    public void A_step_that_is_not_committed_changes_nothing()
    {
        var pair = new SpqrPair(seed: 250);
        while (pair.Epoch(0) <= 3)
        {
            for (var side = 0; side < 2; side++)
            {
                var before = pair[side].Write();
                using var dropped = pair[side].Send(pair.Random);
                Assert.Equal(before, pair[side].Write());

                var message = pair.Send(side);
                before = pair[1 - side].Write();
                using var first = pair[1 - side].Receive(message.Bytes);
                using var second = pair[1 - side].Receive(message.Bytes);
                Assert.True(first.Key.SequenceEqual(second.Key));
                Assert.Equal(before, pair[1 - side].Write());
                second.Commit();
                Assert.NotEqual(before, pair[1 - side].Write());
                Assert.Throws<InvalidOperationException>(first.Commit);
            }
        }
    }

    [Fact]
    public void A_message_that_is_refused_changes_nothing()
    {
        var pair = new SpqrPair(seed: 260);
        var random = new SeededRandom(261);
        var refusals = new Dictionary<ProtocolError, int>();
        while (pair.Epoch(0) <= 3)
        {
            for (var side = 0; side < 2; side++)
            {
                var message = pair.Send(side);
                for (var i = 0; i < 10; i++)
                {
                    var forged = Forge(message.Bytes, random);
                    var before = pair[1 - side].Write();
                    try
                    {
                        using var step = pair[1 - side].Receive(forged);
                        Assert.Equal(32, step.Key.Length);
                    }
                    catch (ProtocolException refusal)
                    {
                        refusals[refusal.Error] = refusals.GetValueOrDefault(refusal.Error) + 1;
                    }

                    Assert.Equal(before, pair[1 - side].Write());
                }

                pair.Receive(1 - side, message);
            }
        }

        Assert.Superset(
            new HashSet<ProtocolError>
            {
                ProtocolError.Malformed, ProtocolError.UnknownVersion, ProtocolError.PostQuantumMissing, ProtocolError.PostQuantumRatchet,
                ProtocolError.Duplicate, ProtocolError.TooFarAhead, ProtocolError.KeyDropped,
            },
            refusals.Keys.ToHashSet());
    }

    [Fact]
    public void A_header_a_key_or_a_ciphertext_that_was_forged_is_refused_when_it_is_whole()
    {
        foreach (var (payload, chunks) in new[] { (BraidPayload.Header, 3), (BraidPayload.Vector, 36), (BraidPayload.Ciphertext2, 5) })
        {
            var pair = new SpqrPair(seed: 270 + chunks);
            var seen = 0;
            var refused = false;
            for (var i = 0; i < 60 && !refused; i++)
            {
                for (var side = 0; side < 2 && !refused; side++)
                {
                    var message = pair.Send(side);
                    var said = BraidMessage.Read(message.Bytes, out _).Payload;
                    var counts = said == payload || (payload == BraidPayload.Vector && said == BraidPayload.VectorAndAcknowledgement);
                    if (counts && ++seen == chunks)
                    {
                        message.Bytes[^1] ^= 1;
                        var before = pair[1 - side].Write();
                        Refused.With(ProtocolError.PostQuantumRatchet, () => pair[1 - side].Receive(message.Bytes));
                        Assert.Equal(before, pair[1 - side].Write());
                        refused = true;
                    }
                    else
                    {
                        pair.Receive(1 - side, message);
                    }
                }
            }

            Assert.True(refused, $"{payload}");
        }
    }

    [Fact]
    public void Two_first_epochs_with_other_handshakes_do_not_fit()
    {
        var random = new SeededRandom(280);
        using var sent = SpqrRatchet.Begin(initiator: true, random.Bytes(32), unlimitedJumps: false).Send(random);
        using var received = SpqrRatchet.Begin(initiator: false, random.Bytes(32), unlimitedJumps: false).Receive(sent.Message);
        Assert.False(sent.Key.SequenceEqual(received.Key));
    }

    [Fact]
    public void A_session_with_oneself_may_jump_further()
    {
        foreach (var unlimited in new[] { false, true })
        {
            var ratchet = SpqrRatchet.Begin(initiator: false, new byte[32], unlimited);
            byte[] far = [1, 1, .. new byte[] { 0xd9, 0xc3, 1 }, 0];
            if (unlimited)
            {
                using var step = ratchet.Receive(far);
                Assert.Equal(32, step.Key.Length);
            }
            else
            {
                Refused.With(ProtocolError.TooFarAhead, () => ratchet.Receive(far));
            }
        }
    }

    [Fact]
    public void A_ratchet_that_was_disposed_of_serves_no_more_and_neither_do_its_steps()
    {
        var ratchet = SpqrRatchet.Begin(initiator: true, new byte[32], unlimitedJumps: false);
        using var step = ratchet.Send(new SeededRandom(1));
        ratchet.Dispose();
        Assert.Throws<InvalidOperationException>(step.Commit);
        Assert.Throws<ObjectDisposedException>(() => ratchet.Send(new SeededRandom(1)));
        Assert.Throws<ObjectDisposedException>(() => ratchet.Receive([1, 1, 1, 0]));
        Assert.Throws<ObjectDisposedException>(ratchet.Write);
        ratchet.Dispose();
    }

    private static byte[] Forge(byte[] message, SeededRandom random)
    {
        var forged = message.AsSpan().ToArray();
        switch (random.Next(4))
        {
            case 0:
                forged[random.Next(Math.Min(6, forged.Length))] = (byte)random.Next(256);
                return forged;
            case 1:
                return forged[..random.Next(forged.Length)];
            case 2:
                return [1, (byte)random.Next(6), (byte)(0x80 | random.Next(128)), (byte)random.Next(4), .. forged.AsSpan(3)];
            default:
                return [.. forged.AsSpan(0, 2), 0xff, 0xff, (byte)(1 + random.Next(9)), .. forged.AsSpan(3)];
        }
    }

    private static string Runs(IEnumerable<(ulong Epoch, BraidPayload Payload, int Bytes)> messages)
    {
        var runs = new List<(BraidPayload Payload, int Count)>();
        foreach (var (_, payload, _) in messages)
        {
            if (runs.Count > 0 && runs[^1].Payload == payload)
            {
                runs[^1] = (payload, runs[^1].Count + 1);
            }
            else
            {
                runs.Add((payload, 1));
            }
        }

        return string.Join(' ', runs.Select(static run => $"{run.Payload}*{run.Count}"));
    }
}
