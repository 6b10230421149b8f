using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Ratchets.Spqr;
using Fluister.Protocol.Ratchets.Spqr.Braid;

namespace Fluister.Tests.Protocol.Spqr;

/// <summary>States and messages of the official package (golden/spqr.json and golden/sessions.json): what it wrote we read and
/// write again, and what it took we take to the same state, byte for byte.</summary>
public sealed class SpqrGoldenTests
{
    [Fact]
    public void Every_state_of_the_official_package_is_read_and_written_as_it_was()
    {
        var states = new HashSet<int>();
        var count = 0;
        foreach (var state in States())
        {
            Assert.Equal(state, SpqrRatchet.Read(state).Write());
            states.Add(SpqrRecords.BraidState(state));
            count++;
        }

        Assert.True(count > 50, $"{count} states");
        Assert.Superset(new HashSet<int> { 1, 2, 3, 4, 5, 6, 7, 8, 10, 11 }, states);
    }

    [Fact]
    public void Every_message_that_the_official_package_took_leads_to_the_state_that_it_led_to()
    {
        var payloads = new HashSet<int>();
        foreach (var sample in Golden.Read("spqr").GetProperty("samples").EnumerateArray())
        {
            var ratchet = SpqrRatchet.Read(SpqrRecords.State(sample.Bytes("before"))!);
            using var step = ratchet.Receive(SignalMessage.Parse(sample.Bytes("bytes")).PostQuantum);
            step.Commit();
            Assert.Equal(SpqrRecords.State(sample.Bytes("after")), ratchet.Write());
            payloads.Add(sample.GetProperty("kind").GetInt32());
        }

        Assert.Equal([0, 1, 2, 3, 4, 5, 6], payloads.Order());
    }

    [Fact]
    public void A_session_begins_as_it_does_in_the_official_package()
    {
        var begun = States().Where(static state => SpqrRecords.IsBegun(state)).ToList();
        Assert.NotEmpty(begun);
        foreach (var state in begun)
        {
            Assert.Equal(state, SpqrRatchet.Begin(initiator: true, SpqrRecords.Secret(state), unlimitedJumps: false).Write());
        }
    }

    [Fact]
    public void The_first_key_of_a_session_is_derived_as_in_the_official_package()
    {
        var begun = States().First(static state => SpqrRecords.IsBegun(state));
        var ratchet = SpqrRatchet.Read(begun);
        using var step = ratchet.Send(new SeededRandom(1));
        step.Commit();
        var chain = SpqrRecords.Chain(ratchet.Write()).ToArray();
        Assert.Contains(States(), state => SpqrRecords.Chain(state).SequenceEqual(chain));
    }

    [Fact]
    public void No_state_takes_a_message_of_an_epoch_to_come_but_the_last_of_an_epoch_that_of_the_next()
    {
        foreach (var bytes in States().DistinctBy(SpqrRecords.BraidState))
        {
            var state = BraidState.Read(SpqrRecords.Braid(bytes));
            for (var ahead = 1UL; ahead < 4; ahead++)
            {
                var message = new BraidMessage(state.Epoch + ahead, BraidPayload.None, default);
                if (state is Ciphertext2Sampled && ahead == 1)
                {
                    Assert.IsType<KeysUnsampled>(state.Receive(message).State);
                }
                else
                {
                    Refused.With(ProtocolError.PostQuantumRatchet, () => state.Receive(message));
                }
            }

            Assert.Same(state, state.Receive(new(state.Epoch - 1, BraidPayload.Ciphertext1, default)).State);
        }
    }

    [Fact]
    public void Parts_that_contradict_each_other_are_refused()
    {
        var states = States().Where(static state => !SpqrRecords.Chain(state).IsEmpty).ToList();
        var early = states.First(static state => SpqrRecords.BraidState(state) == 2);
        var late = states.First(static state => BraidState.Read(SpqrRecords.Braid(state)).Epoch == 2);
        var (chain, braid) = (SpqrRecords.Chain(early).ToArray(), SpqrRecords.Braid(early).ToArray());
        Assert.NotEmpty(Join(chain, braid).Write());

        // The chain of another epoch, one that has sent in a later epoch than it has, and none at all; no braid; two states at once.
        Refused.With(ProtocolError.Malformed, () => Join(SpqrRecords.Chain(late), braid));
        Refused.With(ProtocolError.Malformed, () => Join([.. chain, 5 << 3, 9], braid));
        Refused.With(ProtocolError.Malformed, () => Join([], braid));
        Refused.With(ProtocolError.Malformed, () => Join(chain, []));
        Refused.With(ProtocolError.Malformed, () => Join(chain, [.. braid, .. braid]));
        Refused.With(ProtocolError.Malformed, () => SpqrRatchet.Read([]));
    }

    [Fact]
    public void States_that_were_bent_are_refused_or_read_and_never_crash()
    {
        var random = new SeededRandom(300);
        var outcomes = new int[2];
        foreach (var state in States().DistinctBy(SpqrRecords.BraidState).Append(SpqrRatchet.Begin(true, new byte[32], true).Write()))
        {
            for (var round = 0; round < 300; round++)
            {
                var bent = state.AsSpan().ToArray();
                for (var i = 0; i <= random.Next(3); i++)
                {
                    bent[random.Next(random.Next(2) == 0 ? 64 : bent.Length)] = (byte)random.Next(256);
                }

                try
                {
                    var ratchet = SpqrRatchet.Read(random.Next(4) == 0 ? bent.AsSpan(0, random.Next(bent.Length)) : bent);
                    outcomes[0]++;
                    Use(ratchet, random);
                }
                catch (ProtocolException refusal) when (refusal.Error == ProtocolError.Malformed)
                {
                    outcomes[1]++;
                }
            }
        }

        Assert.True(outcomes[0] > 300 && outcomes[1] > 300, $"{random}: read {outcomes[0]}, refused {outcomes[1]}");
    }

    // A state that was read must not crash whatever comes next; refusals are fine.
    private static void Use(SpqrRatchet ratchet, SeededRandom random)
    {
        for (var i = 0; i < 3; i++)
        {
            try
            {
                using var sent = ratchet.Send(random);
                sent.Commit();
                var (epoch, index, payload) = ((byte)(1 + random.Next(4)), (byte)(1 + random.Next(100)), (byte)random.Next(7));
                using var received = ratchet.Receive([1, epoch, index, payload, 1, .. random.Bytes(32)]);
                received.Commit();
            }
            catch (ProtocolException)
            {
                // Refused.
            }
        }

        ratchet.Write();
    }

    private static SpqrRatchet Join(ReadOnlySpan<byte> chain, ReadOnlySpan<byte> braid)
    {
        using var writer = new ProtoWriter();
        writer.NonEmpty(2, chain);
        writer.NonEmpty(3, braid);
        return SpqrRatchet.Read(writer.Written);
    }

    private static IEnumerable<byte[]> States()
    {
        foreach (var file in new[] { "spqr", "sessions" })
        {
            foreach (var bytes in SpqrRecords.Bytes(Golden.Read(file)))
            {
                if (SpqrRecords.State(bytes) is { } state)
                {
                    yield return state;
                }
            }
        }
    }
}
