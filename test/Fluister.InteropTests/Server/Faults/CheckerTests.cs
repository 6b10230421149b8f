namespace Fluister.InteropTests.Server.Faults;

/// <summary>The judge is judged: each kind of fault in a history that somebody wrote down is found, and nothing else is.</summary>
public sealed class CheckerTests
{
    private readonly History _history = new();
    private readonly History.Connection _sender;

    public CheckerTests() => _sender = _history.Open();

    [Fact]
    public void Everything_in_order_is_clean()
    {
        var early = _history.Open();
        Send("a", Outcome.Accepted);
        Send("b", Outcome.Unknown);
        Send("c", Outcome.Refused);
        Send("d", Outcome.Accepted);
        Send("e", Outcome.Unknown);
        Receive(early, "a");
        Receive(early, "b");
        _history.Confirm("x", "a");

        // On a later connection again what nobody confirmed, and in its order; what is unknown may come at any time or not at all.
        var late = _history.Open();
        Receive(late, "b");
        Receive(late, "d");
        _history.Confirm("x", "d");
        var verdict = Checker.Judge(_history);
        Assert.True(verdict.IsClean, verdict.ToString());
        Assert.Equal((2, 1, 2, 1, 1), (verdict.Accepted, verdict.Refused, verdict.Unknown, verdict.UnknownAndReceived, verdict.Again));
    }

    [Fact]
    public void One_that_did_not_come_to_each_of_its_devices_is_lost()
    {
        _history.Send("a", _sender, "hash", "x", "y").Outcome = Outcome.Accepted;
        Receive(_history.Open(), "a");
        Assert.Equal(["a to y"], Found().Lost);
    }

    [Fact]
    public void One_that_was_not_acknowledged_and_did_not_come_again_is_lost()
    {
        Send("a", Outcome.Accepted);
        _history.Receive("x", _history.Open(), "a", "hash", isTaken: false);
        Assert.Equal(["a to x"], Found().Lost);
        Receive(_history.Open(), "a");
        Assert.True(Checker.Judge(_history).IsClean);
    }

    [Fact]
    public void One_that_was_refused_and_came_is_found()
    {
        Send("a", Outcome.Refused);
        Receive(_history.Open(), "a");
        Assert.Equal(["a to x"], Found().RefusedAndReceived);
    }

    [Fact]
    public void One_that_comes_on_a_connection_after_its_confirmation_is_duplicated()
    {
        Send("a", Outcome.Accepted);
        var early = _history.Open();
        Receive(early, "a");
        _history.Confirm("x", "a");
        Assert.True(Checker.Judge(_history).IsClean);
        Receive(_history.Open(), "a");
        Assert.Equal(["a to x"], Found().Duplicated);
    }

    [Fact]
    public void One_that_comes_twice_on_one_connection_is_duplicated()
    {
        Send("a", Outcome.Accepted);
        var one = _history.Open();
        Receive(one, "a");
        Receive(one, "a");
        Assert.Equal(["a to x"], Found().Duplicated);
    }

    [Fact]
    public void One_that_comes_after_a_later_one_of_its_connection_is_disordered()
    {
        Send("a", Outcome.Accepted);
        Send("b", Outcome.Accepted);
        var one = _history.Open();
        Receive(one, "b");
        Receive(one, "a");
        Assert.Equal(["a to x"], Found().Disordered);

        // Of different connections of senders nothing is promised.
        var other = _history.Open();
        _history.Send("c", other, "hash", "x").Outcome = Outcome.Accepted;
        Send("d", Outcome.Accepted);
        Receive(one, "d");
        Receive(one, "c");
        Assert.Equal(["a to x"], Checker.Judge(_history).Disordered);
    }

    [Theory]
    [InlineData("b", "hash", "x")]
    [InlineData("a", "other", "x")]
    [InlineData("a", "hash", "y")]
    public void One_that_nobody_sent_like_this_is_invented(string id, string hash, string device)
    {
        Send("a", Outcome.Unknown);
        _history.Receive(device, _history.Open(), id, hash);
        Assert.Equal([$"{id} to {device}"], Found().Invented);
    }

    private void Send(string id, Outcome outcome) => _history.Send(id, _sender, "hash", "x").Outcome = outcome;

    private void Receive(History.Connection over, string id) => _history.Receive("x", over, id, "hash");

    private Verdict Found()
    {
        var verdict = Checker.Judge(_history);
        Assert.False(verdict.IsClean);
        return verdict;
    }
}
