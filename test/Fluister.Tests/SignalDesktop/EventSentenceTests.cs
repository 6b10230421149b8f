using System.Text;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

public sealed class EventSentenceTests
{
    private static string? Sentence(string type, string json, string? other = null)
    {
        var record = new MessageRecord();
        Assert.True(record.Read(Encoding.UTF8.GetBytes(json)));
        return record.Event.Sentence(type, Names.People(), other);
    }

    [Theory]
    [InlineData("0", "Anna turned disappearing messages off.")]
    [InlineData("-5", "Anna turned disappearing messages off.")]
    [InlineData("null", "Anna turned disappearing messages off.")]
    [InlineData("1", "Anna set messages to disappear after 1 second.")]
    [InlineData("90", "Anna set messages to disappear after 90 seconds.")]
    [InlineData("60", "Anna set messages to disappear after 1 minute.")]
    [InlineData("5400", "Anna set messages to disappear after 90 minutes.")]
    [InlineData("28800", "Anna set messages to disappear after 8 hours.")]
    [InlineData("86400", "Anna set messages to disappear after 1 day.")]
    [InlineData("2419200", "Anna set messages to disappear after 4 weeks.")]
    [InlineData("9223372036854775807", "Anna set messages to disappear after 9223372036854775807 seconds.")]
    public void A_timer_is_told_in_its_largest_whole_unit(string seconds, string expected)
    {
        var json = $$$"""{"expirationTimerUpdate":{"expireTimer":{{{seconds}}},"sourceServiceId":"a-aci"}}""";
        Assert.Equal(expected, Sentence("timer-notification", json));
        // Early generations tell it in a message without text.
        Assert.Equal(expected, Sentence("incoming", json));
    }

    [Theory]
    [InlineData("keychange", """{"key_changed":"a"}""", "The safety number with Anna has changed.")]
    [InlineData("verified-change", """{"verifiedChanged":"b","verified":true}""", "Bo was marked as verified.")]
    [InlineData("verified-change", "{}", "Cy was marked as not verified.")]
    [InlineData("profile-change", """{"changedId":"a","profileChange":{"oldName":"An","newName":"Anna"}}""",
        "Anna changed their profile name from \"An\" to \"Anna\".")]
    [InlineData("message-request-response-event", """{"messageRequestResponseEvent":"BLOCK"}""", "The conversation was blocked.")]
    [InlineData("message-request-response-event", """{"messageRequestResponseEvent":{"x":1}}""", "The message request was answered.")]
    [InlineData("title-transition-notification",
        """{"titleTransition":{"renderInfo":{"title":"T"}}}""", "This conversation was known as T.")]
    [InlineData("poll-terminate", """{"pollTerminateNotification":{"question":"Q?"}}""", "Cy closed the poll \"Q?\".")]
    [InlineData("group", """{"group_update":{"name":"N"}}""", "The group's name is now \"N\".")]
    [InlineData("not-known-yet", "{}", null)]
    public void Events_are_sentences(string type, string json, string? expected) => Assert.Equal(expected, Sentence(type, json, "Cy"));

    [Fact]
    public void A_group_change_tells_each_of_its_parts()
    {
        Assert.Equal(
            "Anna named the group \"G\". Anna added Bo. Anna left the group. Anna made Bo an admin.",
            Sentence("group-v2-change", """
                {"groupV2Change":{"from":"a","details":[{"type":"title","newTitle":"G"},{"type":"member-add","aci":"b"},
                {"type":"member-remove","aci":"a"},{"type":"member-privilege","aci":"b","newPrivilege":2}]}}
                """));
        Assert.Equal("The group was changed.", Sentence("group-v2-change", """{"groupV2Change":7}"""));
        Assert.Equal("Somebody changed the group (new).",
            Sentence("group-v2-change", """{"groupV2Change":{"details":[{"type":"new"},5,[]]}}"""));
    }

    [Fact]
    public void A_change_of_a_great_many_parts_is_told_up_to_a_bound()
    {
        var parts = string.Join(',', Enumerable.Repeat("""{"type":"member-add","aci":"long"}""", 100_000));
        var sentence = Sentence("group-v2-change", $$$"""{"groupV2Change":{"from":"long","details":[{{{parts}}}]}}""");
        Assert.InRange(sentence!.Length, 1_000, 1_001 * 600);
    }
}
