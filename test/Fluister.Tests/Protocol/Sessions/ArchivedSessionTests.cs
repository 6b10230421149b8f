using Fluister.Protocol;
using Fluister.Protocol.Encoding;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

public sealed class ArchivedSessionTests
{
    [Fact]
    public void Without_a_current_session_nothing_can_be_sent()
    {
        var (alice, bob) = Party.Conversing();
        alice.Record.Archive();
        alice.Record.Archive();
        Assert.False(alice.Record.HasCurrent);
        Assert.Equal(1, alice.Record.ArchivedCount);
        Refused.With(ProtocolError.NoSession, () => alice.Send(bob, "x"));
        Refused.With(ProtocolError.NoSession, () => _ = alice.Record.RemoteRegistrationId);
        Refused.With(ProtocolError.NoSession, () => Party.Conversing().Alice.Receive(bob, new Party(bob.Random).Send(alice, "x")));
    }

    [Fact]
    public void A_message_of_an_archived_session_makes_that_the_current_one()
    {
        var (alice, bob) = Party.Conversing();
        var message = bob.Send(alice, "still here");
        alice.Begin(bob);
        alice.Begin(bob);
        alice.Restart();
        Assert.Equal("still here", alice.Receive(bob, message));
        Assert.Equal(alice.Record.Current!.BaseKey, bob.Record.Current!.BaseKey);
        Assert.Equal(2, alice.Record.ArchivedCount);
        Assert.Equal(CiphertextMessageType.Signal, alice.Send(bob, "known again").Type);
        alice.Refuses(ProtocolError.Duplicate, bob, message);
    }

    [Fact]
    public void A_first_message_whose_session_was_archived_makes_it_the_current_one()
    {
        var random = new SeededRandom(6);
        var (alice, bob) = (new Party(random), new Party(random));
        alice.Begin(bob);
        var (first, second) = (alice.Send(bob, "first"), alice.Send(bob, "second"));
        bob.Receive(alice, first);
        bob.Begin(alice);
        bob.Begin(alice);
        Assert.Equal("second", bob.Receive(alice, second));
        Assert.Null(bob.LastReceived!.PreKeysUsed);
        Assert.Equal(2, bob.Record.ArchivedCount);
        Assert.Equal("answer", alice.Receive(bob, bob.Send(alice, "answer")));
    }

    [Theory]
    [InlineData(Limits.ArchivedStates, true)]
    [InlineData(Limits.ArchivedStates + 1, false)]
    public void Forty_older_sessions_are_kept(int newer, bool accepted)
    {
        var (alice, bob) = Party.Conversing();
        var message = bob.Send(alice, "old");
        var bundle = bob.Publish();
        for (var i = 0; i < newer; i++)
        {
            SessionCipher.Begin(alice.Record, alice.Local, bob.Seen(), bundle, Party.Now, alice.Random);
        }

        Assert.Equal(Limits.ArchivedStates, alice.Record.ArchivedCount);
        if (accepted)
        {
            Assert.Equal("old", alice.Receive(bob, message));
            Assert.Equal(Limits.ArchivedStates, alice.Record.ArchivedCount);
        }
        else
        {
            alice.Refuses(ProtocolError.NotAuthentic, bob, message);
        }
    }

    [Fact]
    public void An_archived_session_needs_its_handshake_no_more()
    {
        var random = new SeededRandom(7);
        var (alice, bob) = (new Party(random), new Party(random));
        alice.Begin(bob);
        bob.Receive(alice, alice.Send(bob, "hello"));
        var answer = bob.Send(alice, "answer");
        alice.Record.Archive();
        Assert.Equal("answer", alice.Receive(bob, answer));
        Assert.Equal(CiphertextMessageType.Signal, alice.Send(bob, "x").Type);
    }

    [Fact]
    public void The_handshake_is_left_out_of_an_archived_session()
    {
        var random = new SeededRandom(71);
        var (alice, bob) = (new Party(random), new Party(random));
        alice.Begin(bob);
        Assert.Contains(9u, Fields(alice.Record.Write(), current: true));
        Assert.Contains(14u, Fields(alice.Record.Write(), current: true));
        alice.Record.Archive();
        var archived = Fields(alice.Record.Write(), current: false);
        Assert.Contains(13u, archived);
        Assert.DoesNotContain(9u, archived);
        Assert.DoesNotContain(14u, archived);
    }

    [Fact]
    public void A_replay_in_an_archived_session_is_a_duplicate()
    {
        var (alice, bob) = Party.Conversing();
        var message = bob.Send(alice, "once");
        alice.Receive(bob, message);
        alice.Begin(bob);
        alice.Begin(bob);
        alice.Refuses(ProtocolError.Duplicate, bob, message);
    }

    [Fact]
    public void An_older_session_that_cannot_be_read_is_passed_over()
    {
        var (alice, bob) = Party.Conversing();
        var message = bob.Send(alice, "still here");
        alice.Begin(bob);
        var record = alice.Record.Write();
        alice.Restore([0x12, 0x03, 0x0a, 0x7f, 0x00, .. record]);
        Assert.Equal(2, alice.Record.ArchivedCount);
        Assert.Equal("still here", alice.Receive(bob, message));
    }

    [Fact]
    public void Our_ratchet_key_of_now_is_known()
    {
        var (alice, bob) = Party.Conversing();
        var key = ((SignalMessage)alice.Send(bob, "x")).RatchetKey;
        Assert.True(alice.Record.CurrentRatchetKeyMatches(key));
        Assert.False(bob.Record.CurrentRatchetKeyMatches(key));
        alice.Receive(bob, bob.Send(alice, "y"));
        alice.Record.Archive();
        Assert.False(alice.Record.CurrentRatchetKeyMatches(key));
    }

    // The fields of the current session, or of the newest older one.
    private static List<uint> Fields(byte[] record, bool current)
    {
        List<uint> fields = [];
        var reader = new ProtoReader(record);
        while (reader.Next())
        {
            var session = new ProtoReader(reader.Bytes());
            while (reader.Field == (current ? 1u : 2u) && session.Next())
            {
                fields.Add(session.Field);
                session.Skip();
            }
        }

        return fields;
    }
}
