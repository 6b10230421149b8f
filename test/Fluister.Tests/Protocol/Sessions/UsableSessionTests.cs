using Fluister.Protocol;
using Fluister.Protocol.Sessions;

namespace Fluister.Tests.Protocol.Sessions;

public sealed class UsableSessionTests
{
    private readonly SeededRandom _random = new(8);

    [Fact]
    public void A_session_without_an_answer_goes_stale_after_thirty_days()
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        alice.Begin(bob);
        var last = Party.Now + Limits.UnacknowledgedSession;
        alice.Restart();
        Assert.True(alice.Record.HasUsableSenderChain(last));
        Assert.NotNull(alice.Send(bob, "in time", last));

        var late = last + TimeSpan.FromTicks(1);
        Assert.False(alice.Record.HasUsableSenderChain(late));
        Assert.True(alice.Record.HasUsableSenderChain(late, SessionRequirements.EstablishedWithPqxdh | SessionRequirements.Spqr));
        var before = alice.Record.Write();
        Refused.With(ProtocolError.NoSession, () => alice.Send(bob, "late", late));
        Assert.Equal(before, alice.Record.Write());
    }

    [Fact]
    public void A_session_with_an_answer_never_goes_stale()
    {
        var (alice, bob) = Party.Conversing();
        var later = Party.Now.AddYears(5);
        Assert.True(alice.Record.HasUsableSenderChain(later));
        Assert.True(bob.Record.HasUsableSenderChain(later));
        Assert.Equal("x", bob.Receive(alice, alice.Send(bob, "x", later)));
    }

    [Fact]
    public void A_session_that_the_peer_began_is_usable_at_once()
    {
        var (alice, bob) = (new Party(_random), new Party(_random));
        Assert.False(bob.Record.HasUsableSenderChain(Party.Now, SessionRequirements.None));
        alice.Begin(bob);
        bob.Receive(alice, alice.Send(bob, "x"));
        Assert.True(bob.Record.HasUsableSenderChain(Party.Now.AddYears(5)));
        bob.Record.Archive();
        Assert.False(bob.Record.HasUsableSenderChain(Party.Now, SessionRequirements.None));
    }

    [Fact]
    public void A_session_of_before_the_post_quantum_ratchet_is_not_usable_where_one_is_asked_for()
    {
        var alice = Party.Conversing().Alice;
        alice.Restore(RecordEdits.WithoutField(alice.Record.Write(), RecordEdits.SpqrState));
        Assert.False(alice.Record.HasUsableSenderChain(Party.Now));
        Assert.False(alice.Record.HasUsableSenderChain(Party.Now, SessionRequirements.Spqr));
        Assert.True(alice.Record.HasUsableSenderChain(Party.Now, SessionRequirements.NotStale | SessionRequirements.EstablishedWithPqxdh));
    }

    [Fact]
    public void A_session_of_before_the_post_quantum_handshake_is_not_usable_where_one_is_asked_for()
    {
        var alice = Party.Conversing().Alice;
        alice.Restore(RecordEdits.WithVersion(alice.Record.Write(), 3));
        Assert.Equal(3, alice.Record.Version);
        Assert.False(alice.Record.HasUsableSenderChain(Party.Now));
        Assert.False(alice.Record.HasUsableSenderChain(Party.Now, SessionRequirements.EstablishedWithPqxdh));
        Assert.True(alice.Record.HasUsableSenderChain(Party.Now, SessionRequirements.NotStale | SessionRequirements.Spqr));
    }
}
