using System.Globalization;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

/// <summary>Hostile JSON: whatever stands in a row, it gives a record, in bounded time and memory.</summary>
public sealed class RowDecoderFuzzTests
{
    private static readonly string[] Types =
    [
        "", "incoming", "outgoing", "story", "group-v2-change", "group", "group-v1-migration",
        "keychange", "verified-change", "profile-change",
        "timer-notification", "universal-timer-notification", "change-number-notification", "chat-session-refreshed", "delivery-issue",
        "conversation-merge", "phone-number-discovery", "title-transition-notification", "contact-removed-notification",
        "message-request-response-event", "joined-signal-notification", "pinned-message-notification", "poll-terminate", "unknown",
    ];

    [Fact]
    public void Mutated_records_give_text_that_is_whole_and_ranges_within_it()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_FUZZ_ROUNDS") ?? "600", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        var people = Names.People();
        var record = new MessageRecord();
        var (readable, unreadable, ranges, votes, sentences) = (0, 0, 0, 0, 0);
        // Rows are cheap, pages are not: of rows there are ten for each round.
        for (var round = 0; round < 10 * rounds; round++)
        {
            var random = new Random(seed + round);
            var json = new HostileJson(random).Record();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                _ = record.Read(json) ? readable++ : unreadable++;
                ranges += Check(record.Body ?? record.StoryReaction, record.Ranges, people);
                ranges += Check(record.Quote?.Text, record.Quote?.Ranges ?? [], people);
                ranges += record.Edits.Sum(edit => Check(edit.Body, edit.Ranges, people));
                if (record.Poll?.ToPoll(people) is { } poll)
                {
                    votes += poll.Options.Sum(option => option.Voters.Count);
                    Assert.All(poll.Options, option => Assert.Equal(option.Voters.Count, option.Voters.Distinct().Count()));
                }

                _ = record.Call?.ToCall();
                _ = record.Attachments.ConvertAll(attachment => attachment.ToAttachment());
                _ = record.Quote?.Attachments.ConvertAll(attachment => attachment.ToQuotedAttachment());
                var sentence = record.Event.Sentence(Types[random.Next(Types.Length)], people, random.Next(2) == 0 ? "Cy" : null);
                sentences += sentence is null ? 0 : 1;
                AssertWhole(sentence);
                var conversation = new ConversationRecord { Id = "x" };
                conversation.ReadJson(json);
                AssertWhole(conversation.PersonName);
                Assert.Single(People.Of([conversation], "a-aci", "+3161").Conversations);
                _ = ConversationRecord.TextProperty(json, Field.Value);
            }
            catch (Exception e) when (e is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"Seed {seed + round}: {e}");
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 2_000_000 + (200L * json.Length), $"Seed {seed + round}: {allocated} bytes for {json.Length}.");
        }

        // The mutations reach both sides of every check: otherwise this test would show nothing.
        Assert.True(readable > 0 && unreadable > 0 && ranges > 0 && votes > 0 && sentences > 0,
            $"{readable} readable, {unreadable} not, {ranges} ranges, {votes} votes, {sentences} sentences");
    }

    private static int Check(string? body, List<RangeRecord> records, People people)
    {
        var (text, ranges) = BodyText.Resolve(body, records, people);
        AssertWhole(text);
        var last = 0;
        foreach (var range in ranges)
        {
            Assert.True(range.Start >= last && range.Length > 0, $"{range} after {last}");
            Assert.True(range.Start + (long)range.Length <= text!.Length, $"{range} in {text.Length}");
            Assert.False(char.IsLowSurrogate(text[range.Start]), $"{range} begins within a character");
            Assert.False(char.IsHighSurrogate(text[range.Start + range.Length - 1]), $"{range} ends within a character");
            Assert.Equal(range.Style == BodyStyle.Mention, range.Mention is not null);
            last = range.Start;
        }

        return ranges.Count;
    }

    private static void AssertWhole(string? text)
    {
        for (var i = 0; i < text?.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                Assert.Fail($"A lone surrogate at {i} of {text.Length}.");
            }
        }
    }
}
