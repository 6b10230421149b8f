using Fluister.Simulation.Histories;

namespace Fluister.ServerTests.Simulation;

/// <summary>The judge is judged: each kind of fault in a history that somebody wrote down is found, and nothing else is.</summary>
public sealed class CheckerTests
{
    private static readonly DeviceName _alice = new("a", "alice", 1);
    private static readonly DeviceName _bob = new("b", "bob", 1);
    private static readonly DeviceName _linked = new("b", "bob", 2);
    private readonly History _history = new();
    private int _sent;

    [Fact]
    public void Everything_in_order_is_clean()
    {
        var early = _history.Connect(_bob);
        Send("a");
        Send("b", Outcome.Unknown);
        Send("c", Outcome.Refused);
        Send("d");
        Send("e", Outcome.Unknown);
        Receive(early, "a");
        Receive(early, "b");
        Confirm("a");

        // On a later connection again what nobody confirmed; what is unknown may come at any time or not at all.
        var late = _history.Connect(_bob);
        Receive(late, "b");
        Receive(late, "d");
        Confirm("d");
        var verdict = Judge();
        Assert.True(verdict.IsClean, verdict.ToString());
        Assert.Equal((2, 1, 2, 1, 1), (verdict.Accepted, verdict.Refused, verdict.Unknown, verdict.UnknownAndReceived, verdict.Again));
    }

    [Fact]
    public void One_that_did_not_come_to_each_of_its_devices_is_lost()
    {
        Send("a", devices: [_bob, _linked]);
        Receive(_history.Connect(_bob), "a");
        Assert.Equal("a to bob.2@b", Assert.Single(Found().Lost).ToString());
    }

    [Fact]
    public void One_that_was_not_acknowledged_and_did_not_come_again_is_lost()
    {
        Send("a");
        _history.Add(new Event.Received(_bob, _history.Connect(_bob), "a", "hash", IsTaken: false));
        Assert.Single(Found().Lost);
        Receive(_history.Connect(_bob), "a");
        Assert.True(Judge().IsClean);
    }

    [Fact]
    public void A_device_that_left_need_not_have_it_and_one_in_its_place_must()
    {
        Send("a");
        _history.Add(new Event.Left(_bob));
        Assert.True(Judge().IsClean);
        Send("b", devices: [_bob with { Registration = 1 }]);
        Assert.Single(Found().Lost);
    }

    [Fact]
    public void What_the_sender_was_taught_counts_and_what_it_believed_before_does_not()
    {
        _history.Add(new Event.Sent("a", _alice, "bob", 1, "hash", [_bob]));
        _history.Add(new Event.Answered("a", Outcome.Accepted, [_linked]));
        Assert.Equal(_linked, Assert.Single(Found().Lost).Device);
    }

    [Fact]
    public void One_that_was_refused_and_came_is_found()
    {
        Send("a", Outcome.Refused);
        Receive(_history.Connect(_bob), "a");
        Assert.Single(Found().RefusedAndReceived);
    }

    [Fact]
    public void One_that_comes_on_a_connection_after_its_confirmation_is_duplicated()
    {
        Send("a");
        Receive(_history.Connect(_bob), "a");
        Confirm("a");
        Assert.True(Judge().IsClean);
        Receive(_history.Connect(_bob), "a");
        Assert.Single(Found().Duplicated);
    }

    [Fact]
    public void One_that_comes_twice_on_one_connection_is_duplicated()
    {
        Send("a");
        var one = _history.Connect(_bob);
        Receive(one, "a");
        Receive(one, "a");
        Assert.Single(Found().Duplicated);
    }

    [Fact]
    public void One_that_comes_after_a_later_one_of_its_sender_is_out_of_order()
    {
        Send("a");
        Send("b");
        var one = _history.Connect(_bob);
        Receive(one, "b");
        Receive(one, "a");
        Assert.Equal("a", Assert.Single(Found().Disordered).Id);
    }

    [Fact]
    public void What_was_sent_side_by_side_has_no_order()
    {
        _history.Add(new Event.Sent("a", _alice, "bob", 1, "hash", [_bob]));
        _history.Add(new Event.Sent("b", _alice, "bob", 2, "hash", [_bob]));
        _history.Add(new Event.Answered("a", Outcome.Accepted));
        _history.Add(new Event.Answered("b", Outcome.Accepted));
        var one = _history.Connect(_bob);
        Receive(one, "b");
        Receive(one, "a");
        Assert.True(Judge().IsClean);
    }

    [Fact]
    public void One_that_is_said_to_be_somebody_elses_is_misattributed()
    {
        Send("a");
        _history.Add(new Event.Received(_bob, _history.Connect(_bob), "a", "hash", _alice with { Device = 2 }));
        Assert.Single(Found().Misattributed);
    }

    [Fact]
    public void One_that_comes_to_a_device_that_it_was_not_for_is_misattributed()
    {
        Send("a", Outcome.Unknown);
        _history.Add(new Event.Received(_linked, _history.Connect(_linked), "a", "hash"));
        Assert.Single(Found().Misattributed);
    }

    [Theory]
    [InlineData("b", "hash")]
    [InlineData("a", "other")]
    public void One_that_nobody_sent_like_this_is_invented(string id, string hash)
    {
        Send("a", Outcome.Unknown);
        _history.Add(new Event.Received(_bob, _history.Connect(_bob), id, hash));
        Assert.Single(Found().Invented);
    }

    [Fact]
    public void What_the_receivers_server_forgot_is_forgiven_where_somebody_noticed()
    {
        var copied = _history.Count;
        Send("a");
        _history.Add(new Event.RolledBack("b", copied));
        Assert.Single(Found().LostUnnoticed);
        _history.Add(new Event.LossNoticed("a", "b"));
        Assert.True(Judge().IsClean);
        Assert.Equal(1, Judge().LostAndNoticed);

        // What was answered for afterwards has nothing to do with it.
        Send("b");
        Assert.Equal("b", Assert.Single(Found().Lost).Id);
    }

    [Fact]
    public void What_was_noticed_before_does_not_excuse_what_comes_after()
    {
        _history.Add(new Event.LossNoticed("a", "b"));
        Send("a");
        _history.Add(new Event.RolledBack("b", 0));
        Assert.Single(Found().LostUnnoticed);
    }

    [Fact]
    public void A_senders_server_must_not_lose_what_its_copy_has()
    {
        Send("a");
        var copied = _history.Count;
        Send("b");
        _history.Add(new Event.RolledBack("a", copied));
        _history.Add(new Event.LossNoticed("b", "a"));
        Assert.Equal("a", Assert.Single(Found().Lost).Id);
        Assert.Equal(1, Judge().LostAndNoticed);
    }

    [Fact]
    public void What_a_copy_brings_back_is_no_duplicate()
    {
        Send("a");
        Receive(_history.Connect(_bob), "a");
        var copied = _history.Count;
        Confirm("a");
        _history.Add(new Event.RolledBack("b", copied));
        Receive(_history.Connect(_bob), "a");
        Assert.True(Judge().IsClean);
    }

    [Fact]
    public void A_history_is_read_as_it_was_written()
    {
        using var lines = new StringWriter();
        var written = new History(lines);
        var connection = written.Connect(_bob);
        written.Add(new Event.Sent("a", _alice, "bob", 1, "hash", [_bob, _linked]));
        written.Add(new Event.Answered("a", Outcome.Accepted));
        written.Add(new Event.Received(_bob, connection, "a", "hash", _alice));
        written.Add(new Event.Confirmed(_bob, "a"));
        using var reader = new StringReader(lines.ToString());
        var read = History.Read(reader);
        Assert.Equal(written.Count, read.Count);
        Assert.Equal(Checker.Judge(written.Events).ToString(), Checker.Judge(read.Events).ToString());
        Assert.Equal(_linked, Assert.Single(Checker.Judge(read.Events).Lost).Device);
    }

    private void Send(string id, Outcome outcome = Outcome.Accepted, params DeviceName[] devices)
    {
        _history.Add(new Event.Sent(id, _alice, "bob", ++_sent, "hash", devices is [] ? [_bob] : devices));
        if (outcome != Outcome.Unknown)
        {
            _history.Add(new Event.Answered(id, outcome));
        }
    }

    private void Receive(int connection, string id) => _history.Add(new Event.Received(_bob, connection, id, "hash", _alice));

    private void Confirm(string id) => _history.Add(new Event.Confirmed(_bob, id));

    private Verdict Judge() => Checker.Judge(_history.Events);

    private Verdict Found()
    {
        var verdict = Judge();
        Assert.False(verdict.IsClean);
        return verdict;
    }
}
