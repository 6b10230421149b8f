using Fluister.Protocol;
using Fluister.Protocol.Messages;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

public sealed class SessionTests
{
    private readonly SeededRandom _random = new(4);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_devices_write_to_each_other(bool oneTime)
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        alice.Begin(bob, oneTime);
        var first = Assert.IsType<PreKeySignalMessage>(alice.Send(bob, "first"));
        Assert.Equal(oneTime, first.OneTimeId is not null);
        Assert.Equal("first", bob.Receive(alice, first));
        Assert.Equal(new PreKeysUsed(first.OneTimeId, first.SignedId, first.KemId!.Value, first.BaseKey), bob.LastReceived!.PreKeysUsed);
        for (var round = 0; round < 20; round++)
        {
            Assert.Equal($"to Alice {round}", alice.Receive(bob, bob.Send(alice, $"to Alice {round}")));
            Assert.Equal($"to Bob {round}", bob.Receive(alice, alice.Send(bob, $"to Bob {round}")));
            Assert.Null(bob.LastReceived.PreKeysUsed);
        }
    }

    [Fact]
    public void The_handshake_goes_with_every_message_until_the_peer_has_answered()
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        alice.Begin(bob);
        var messages = Enumerable.Range(0, 3).Select(i => alice.Send(bob, $"{i}")).ToArray();
        Assert.All(messages, message => Assert.Equal(CiphertextMessageType.PreKey, message.Type));
        Assert.Equal("1", bob.Receive(alice, messages[1]));
        Assert.NotNull(bob.LastReceived!.PreKeysUsed);
        Assert.Equal("0", bob.Receive(alice, messages[0]));
        Assert.Null(bob.LastReceived.PreKeysUsed);
        Assert.True(bob.Record.Knows((PreKeySignalMessage)messages[2]));

        alice.Receive(bob, bob.Send(alice, "answer"));
        Assert.Equal(CiphertextMessageType.Signal, alice.Send(bob, "4").Type);
        Assert.Equal("2", bob.Receive(alice, messages[2]));
    }

    [Fact]
    public void Both_ends_of_a_session_know_each_other()
    {
        var (alice, bob) = Party.Conversing();
        Assert.Equal(bob.Local.Identity.Public, alice.Record.RemoteIdentity);
        Assert.Equal(alice.Local.Identity.Public, alice.Record.LocalIdentity);
        Assert.Equal(bob.Local.RegistrationId, alice.Record.RemoteRegistrationId);
        Assert.Equal(alice.Local.RegistrationId, alice.Record.LocalRegistrationId);
        Assert.Equal(alice.Local.RegistrationId, bob.Record.RemoteRegistrationId);
        Assert.Equal(4, bob.Record.Version);
    }

    [Fact]
    public void Both_may_begin_at_once_and_agree_on_one_session()
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        alice.Begin(bob);
        bob.Begin(alice);
        var toBob = alice.Send(bob, "from Alice");
        var toAlice = bob.Send(alice, "from Bob");
        Assert.Equal("from Alice", bob.Receive(alice, toBob));
        Assert.Equal("from Bob", alice.Receive(bob, toAlice));
        Assert.Equal(1, alice.Record.ArchivedCount);
        Assert.Equal(1, bob.Record.ArchivedCount);
        for (var round = 0; round < 10; round++)
        {
            Assert.Equal($"a{round}", bob.Receive(alice, alice.Send(bob, $"a{round}")));
            Assert.Equal($"b{round}", alice.Receive(bob, bob.Send(alice, $"b{round}")));
        }

        Assert.Equal(alice.Record.Current!.BaseKey, bob.Record.Current!.BaseKey);
        Assert.Equal(1, alice.Record.ArchivedCount);
    }

    [Fact]
    public void Both_may_begin_at_once_again_and_again_while_messages_are_lost()
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        for (var round = 0; round < 6; round++)
        {
            alice.Begin(bob);
            bob.Begin(alice);
            _ = alice.Send(bob, "lost");
            _ = bob.Send(alice, "lost");
        }

        var toBob = alice.Send(bob, "from Alice");
        var toAlice = bob.Send(alice, "from Bob");
        Assert.Equal("from Alice", bob.Receive(alice, toBob));
        Assert.Equal("from Bob", alice.Receive(bob, toAlice));
        Assert.Equal("more", bob.Receive(alice, alice.Send(bob, "more")));
        Assert.Equal("more", alice.Receive(bob, bob.Send(alice, "more")));
    }

    [Fact]
    public void A_session_goes_on_after_every_restart()
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        alice.Begin(bob);
        for (var round = 0; round < 8; round++)
        {
            alice.Restart();
            var skipped = alice.Send(bob, $"late {round}");
            var sent = alice.Send(bob, $"a{round}");
            alice.Restart();
            bob.Restart();
            Assert.Equal($"a{round}", bob.Receive(alice, sent));
            bob.Restart();
            Assert.Equal($"late {round}", bob.Receive(alice, skipped));
            bob.Restart();
            Assert.Equal($"b{round}", alice.Receive(bob, bob.Send(alice, $"b{round}")));
        }
    }

    [Fact]
    public void An_empty_message_and_a_large_one_arrive()
    {
        var (alice, bob) = Party.Conversing();
        Assert.Equal("", bob.Receive(alice, alice.Send(bob, "")));
        var large = new string('x', 100_000);
        Assert.Equal(large, bob.Receive(alice, alice.Send(bob, large)));
    }

    [Fact]
    public void Only_a_message_with_its_handshake_states_addresses_and_others_are_refused()
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        var carol = new Party(_random, sameAccount: bob);
        alice.Begin(bob);
        var message = alice.Send(bob, "hello");
        bob.Refuses(ProtocolError.NotAuthentic, carol.Seen() with { Pinned = null }, message);
        Assert.Equal("hello", bob.Receive(alice, message));
    }
}
