using Fluister.Wire.Protos;

namespace Fluister.Tests.Client.Contents;

/// <summary>The timer of disappearing messages follows the newest version, and each change is a row.</summary>
public sealed class TimerTests : ContentFixture
{
    public TimerTests() => Accept(Bert);

    private DataMessage Timer(uint seconds, uint version, string? body = null)
    {
        var data = Data(body);
        data.Flags = body is null ? (uint)DataMessage.Types.Flags.ExpirationTimerUpdate : 0;
        data.ExpireTimer = seconds;
        data.ExpireTimerVersion = version;
        return data;
    }

    private (long? Seconds, long? Version) Current() =>
        (With(Bert).Json["expireTimer"]?.GetValue<long>(), With(Bert).Json["expireTimerVersion"]?.GetValue<long>());

    [Fact]
    public void A_change_is_a_row_that_says_who_and_an_older_version_changes_nothing()
    {
        var update = Timer(3600, 2);
        Assert.NotNull(Take(update));
        Assert.Null(Take(update));
        Assert.Equal((3600, 2), Current());
        Assert.Equal("Bert Berg set messages to disappear after 1 hour.", Archive().Single().Event!.Text);

        Assert.Null(Take(Timer(60, 1)));
        Assert.Equal((3600, 2), Current());
        Take(Timer(0, 3));
        Assert.Equal((null, 3), Current());
        Assert.Equal("Bert Berg turned disappearing messages off.", Archive()[^1].Event!.Text);
    }

    [Fact]
    public void A_message_carries_the_timer_that_counts_once_it_is_read()
    {
        var row = Take(Timer(60, 2, "Going"))!;
        Assert.Equal((60, null), (row.ExpireTimer, row.ExpirationStart));
        Assert.Equal(["timer-notification", "incoming"], Archive().Select(message => message.Type));
        Assert.Equal((60, 2), Current());
        Take(Timer(60, 2, "The same"));
        Assert.Equal(3, Archive().Count);

        var own = TakeSent(Timer(60, 2, "Ours"), Bert, sent => sent.ExpirationStartTimestamp = sent.Timestamp)!;
        Assert.Equal(own.SentAt, own.ExpirationStart);
    }

    [Fact]
    public void A_client_that_knows_no_versions_changes_the_timer_too()
    {
        Take(Timer(60, 0, "Old client"));
        Assert.Equal(60, Current().Seconds);
        Take(Timer(0, 0, "Off"));
        Assert.Null(Current().Seconds);
    }

    [Fact]
    public void Our_other_device_sets_it_too()
    {
        TakeSent(Timer(3600, 2), Bert);
        Assert.Equal((3600, 2), Current());
        var row = Store.Messages.Last(With(Bert).Id, 1).Single();
        Assert.True(row.Json["expirationTimerUpdate"]!["fromSync"]!.GetValue<bool>());
    }
}
