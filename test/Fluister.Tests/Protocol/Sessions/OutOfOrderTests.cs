using Fluister.Protocol;
using Fluister.Protocol.Messages;

namespace Fluister.Tests.Protocol.Sessions;

public sealed class OutOfOrderTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Whatever_is_delivered_of_a_lossy_exchange_is_decrypted_once(int seed)
    {
        var (alice, bob) = Party.Conversing(seed);
        var random = new SeededRandom(seed + 1000);
        List<(Party To, Party From, CiphertextMessage Message, string Text, int Turn)> underWay = [];
        var (delivered, turn) = (0, 0);
        Party? last = null;
        for (var step = 0; step < 1500; step++)
        {
            var (from, to) = random.Next(2) == 0 ? (alice, bob) : (bob, alice);
            turn += from == last ? 0 : 1;
            last = from;
            if (random.Next(3) > 0)
            {
                underWay.Add((to, from, from.Send(to, $"{step}"), $"{step}", turn));
            }

            // Now and then one is lost, one comes twice, and any may overtake the others.
            while (underWay.Count > random.Next(8))
            {
                var at = random.Next(underWay.Count);
                var (receiver, sender, message, text, _) = underWay[at];
                underWay.RemoveAt(at);
                if (random.Next(10) < 3)
                {
                    continue;
                }

                Assert.True(text == receiver.Receive(sender, message), $"seed {seed}, step {step}");
                delivered++;
                if (random.Next(10) == 0)
                {
                    receiver.Refuses(ProtocolError.Duplicate, sender, message);
                }

                if (random.Next(20) == 0)
                {
                    receiver.Restart();
                }
            }
        }

        Assert.InRange(delivered, 500, 1000);
    }

    [Fact]
    public void A_replayed_message_is_refused()
    {
        var (alice, bob) = Party.Conversing();
        var message = alice.Send(bob, "once");
        Assert.Equal("once", bob.Receive(alice, message));
        bob.Refuses(ProtocolError.Duplicate, alice, message);
        bob.Receive(alice, alice.Send(bob, "another"));
        bob.Refuses(ProtocolError.Duplicate, alice, message);
    }

    [Fact]
    public void A_replayed_first_message_is_refused()
    {
        var random = new SeededRandom(5);
        var (alice, bob) = (new Party(random), new Party(random));
        alice.Begin(bob);
        var message = alice.Send(bob, "once");
        Assert.Equal("once", bob.Receive(alice, message));
        bob.Refuses(ProtocolError.Duplicate, alice, message);
    }

    [Fact]
    public void A_late_message_is_decrypted_once()
    {
        var (alice, bob) = Party.Conversing();
        var late = alice.Send(bob, "late");
        bob.Receive(alice, alice.Send(bob, "early"));
        Assert.Equal("late", bob.Receive(alice, late));
        bob.Refuses(ProtocolError.Duplicate, alice, late);
    }

    [Theory]
    [InlineData(Limits.ForwardJumps - 1, false, true)]
    [InlineData(Limits.ForwardJumps, false, false)]
    [InlineData(Limits.ForwardJumps + 1, true, true)]
    public void A_message_may_be_ahead_of_its_chain_up_to_a_limit(int skipped, bool oneself, bool accepted)
    {
        var (alice, bob) = Party.Conversing(oneself: oneself);

        // The first message makes the chain. The post-quantum ratchet counts from the message before, so that its limit is one less
        // than the double ratchet's, and decides.
        bob.Receive(alice, alice.Send(bob, "first"));
        for (var i = 0; i < skipped; i++)
        {
            alice.Send(bob, "lost");
        }

        var message = alice.Send(bob, "here");
        if (accepted)
        {
            Assert.Equal("here", bob.Receive(alice, message));
        }
        else
        {
            bob.Refuses(ProtocolError.TooFarAhead, alice, message);
        }
    }

    [Fact]
    public void The_keys_of_two_thousand_skipped_messages_are_kept()
    {
        var (alice, bob) = Party.Conversing();
        var dropped = alice.Send(bob, "dropped");
        var oldest = alice.Send(bob, "oldest");
        for (var i = 0; i < Limits.MessageKeys - 2; i++)
        {
            alice.Send(bob, "lost");
        }

        var newest = alice.Send(bob, "newest");
        Assert.Equal("here", bob.Receive(alice, alice.Send(bob, "here")));
        bob.Restart();
        bob.Refuses(ProtocolError.Duplicate, alice, dropped);
        Assert.Equal("oldest", bob.Receive(alice, oldest));
        Assert.Equal("newest", bob.Receive(alice, newest));
    }

    [Fact]
    public void A_key_is_dropped_two_thousand_messages_back()
    {
        var (alice, bob) = Party.Conversing();
        bob.Receive(alice, alice.Send(bob, "first"));
        var (before, after) = (alice.Send(bob, "before"), alice.Send(bob, "after"));
        bob.Receive(alice, alice.Send(bob, "here"));
        for (var i = 0; i < Limits.MessageKeys - 2; i++)
        {
            alice.Send(bob, "lost");
        }

        bob.Receive(alice, alice.Send(bob, "here"));
        bob.Refuses(ProtocolError.KeyDropped, alice, before);
        Assert.Equal("after", bob.Receive(alice, after));
    }

    [Theory]
    [InlineData(Limits.ReceiverChains - 1, true)]
    [InlineData(Limits.ReceiverChains, false)]
    public void Five_of_the_peers_chains_are_kept(int newerChains, bool accepted)
    {
        var (alice, bob) = Party.Conversing();
        var late = alice.Send(bob, "late");
        bob.Receive(alice, alice.Send(bob, "early"));
        for (var chain = 0; chain < newerChains; chain++)
        {
            alice.Receive(bob, bob.Send(alice, "turn"));
            bob.Receive(alice, alice.Send(bob, "turn"));
        }

        if (accepted)
        {
            Assert.Equal("late", bob.Receive(alice, late));
        }
        else
        {
            bob.Refuses(ProtocolError.NotAuthentic, alice, late);
        }
    }

    [Theory]
    [InlineData(Limits.SelfForwardJumps + 2)]
    [InlineData(4_000_000_000)]
    [InlineData(uint.MaxValue)]
    public void A_forged_number_does_not_keep_a_session_with_oneself_busy(uint counter)
    {
        var (alice, bob) = Party.Conversing(oneself: true);
        var message = SignalMessage.Parse(alice.Send(bob, "x").Serialized);
        Assert.Equal("x", bob.Receive(alice, message));
        bob.Refuses(ProtocolError.TooFarAhead, alice, Altered.WithCounter(message, counter));
    }
}
