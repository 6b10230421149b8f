using Fluister.Archive.Conversations;
using Fluister.Summaries.Engines.Extractive;
using Fluister.Summaries.Findings;
using Fluister.Summaries.Segments;

namespace Fluister.Tests.Summaries;

public sealed class ModelSegmentTests
{
    private static List<List<string>> Cut(List<Message> messages) => Choose(messages, 1, out _);

    private static List<List<string>> Choose(List<Message> messages, double share, out List<List<string>> sent)
    {
        var selection = new Fluister.Summaries.Selection(messages);
        var passages = new Passages(selection.Utterances, selection.Speakers.ConvertAll(x => x?.Name ?? ""), "en");
        var replies = new Finder(selection, passages, Talk.Me, new()).Replies;
        var segments = LocalSegmenter.Cut(passages, selection.Spoken.ConvertAll(x => x.SentAt.UnixMilliseconds),
            selection.Spoken.ConvertAll(x => (int)(x.SentAt.UnixMilliseconds / 86_400_000)),
            selection.Spoken.ConvertAll(x => Lexicon.Hash(x.Id)), replies);
        Assert.Equal(selection.Spoken.Count, segments.Sum(x => x.Count));
        Assert.All(segments.Zip(segments.Skip(1)), x => Assert.Equal(x.First.End, x.Second.Start));
        sent = new Preselector(passages, replies, share).Choose(segments, null)
            .ConvertAll(x => x.ConvertAll(e => $"{selection.Spoken[e.Utterance].Id} {e.Text}"));
        return segments.ConvertAll(x => selection.Spoken.GetRange(x.Start, x.Count).ConvertAll(m => m.Id));
    }

    [Fact]
    public void Fifty_more_messages_leave_all_but_the_last_two_segments_alone()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var all = Month.Talk(seed, 450 + (seed * 13));
            var before = Choose(all[..^50], 1.0 / 6, out var sentBefore);
            var after = Choose(all, 1.0 / 6, out var sentAfter);
            Assert.True(before.Count > 5, $"seed {seed}: {before.Count} segments");
            for (var i = 0; i < before.Count - 2; i++)
            {
                Assert.Equal(before[i], after[i]);
                Assert.Equal(sentBefore[i], sentAfter[i]);
            }
        }
    }

    [Fact]
    public void One_message_less_changes_only_the_segments_around_it()
    {
        var random = new Random(5);
        for (var seed = 0; seed < 40; seed++)
        {
            var all = Month.Talk(seed, 600);
            var before = Cut(all).ConvertAll(x => string.Join(' ', x));
            var gone = random.Next(all.Count);
            var after = Cut([.. all[..gone], .. all[(gone + 1)..]]).ConvertAll(x => string.Join(' ', x));
            var at = before.FindIndex(x => x.Split(' ').Contains($"m{gone}"));
            var lost = before.Where(x => !after.Contains(x)).Select(x => before.IndexOf(x)).ToList();
            Assert.All(lost, x => Assert.InRange(x, at - 2, at + 2));
            Assert.True(lost.Count <= 4, $"seed {seed}: {lost.Count} segments lost");
        }
    }

    [Fact]
    public void Segments_have_bounds_whatever_is_written()
    {
        var time = 1_790_845_200_000L;
        foreach (var body in new[] { "ok", string.Join(' ', Enumerable.Repeat("word", 5000)), "" })
        {
            var messages = Enumerable.Range(0, 900).Select(i => new Message
            {
                Id = $"m{i}",
                RowId = i,
                ConversationId = "c",
                Sender = Talk.Me,
                SentAt = new(time),
                Body = body.Length > 0 ? body : $"w{i}",
            }).ToList();
            Assert.All(Cut(messages), x => Assert.InRange(x.Count, 1, 265));
        }

        Assert.Empty(Cut([]));
        Assert.Single(Cut(Month.Talk(1, 1)));
    }

    [Fact]
    public void A_long_silence_cuts_and_an_answer_does_not()
    {
        var talk = new Talk();
        for (var i = 0; i < 60; i++)
        {
            talk.Say($"{(i % 2 == 0 ? "Anna" : "Ben")}: we talk about number {i} of the tent list and what it weighs in the bag today");
            if (i == 29)
            {
                talk.Pause(12);
            }
        }

        Assert.Contains(Cut(talk.Messages), x => x[0] == "m30");
    }

    [Fact]
    public void A_flooder_does_not_own_what_is_sent()
    {
        var talk = new Talk();
        for (var i = 0; i < 30; i++)
        {
            talk.Say($"Mallory: The landlord promised money and money and wonderful prices for all who call the landlord {i} times.");
            if (i % 3 == 0)
            {
                talk.Say("Anna: We meet at the bridge on Saturday and Clara brings the bread.");
            }
        }

        Choose(talk.Messages, 1.0 / 6, out var sent);
        var byMallory = sent.SelectMany(x => x).Sum(x => talk.Messages[int.Parse(x.Split(' ')[0][1..])].Sender!.Name == "Mallory"
            ? x.Split(' ').Length - 1 : 0);
        Assert.InRange(byMallory / (double)sent.SelectMany(x => x).Sum(x => x.Split(' ').Length - 1), 0.1, 0.65);
    }

    [Fact]
    public void A_short_segment_is_sent_whole_and_a_long_one_at_a_sixth()
    {
        var few = Month.Talk(3, 3);
        Choose(few, 1.0 / 6, out var sent);
        Assert.Equal(few.Select(x => $"{x.Id} {x.Body}"), sent.SelectMany(x => x));
        var many = Month.Talk(3, 900);
        Choose(many, 1.0 / 6, out sent);
        var words = many.Sum(x => x.Body!.Split(' ').Length);
        Assert.InRange(sent.SelectMany(x => x).Sum(x => x.Split(' ').Length - 1), words / 9, words / 4);
    }
}
