using Fluister.Client;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Tests.Client.Contents;

/// <summary>Reactions, edits, deletions and votes change the messages that they name, by Signal's rules, in whatever order they
/// come.</summary>
public sealed class ChangeTests : ContentFixture
{
    public ChangeTests() => Accept(Bert);

    private DataMessage React(string emoji, long target, ServiceId author, bool remove = false)
    {
        var data = Data();
        data.Reaction = new DataMessage.Types.Reaction
        {
            Emoji = emoji,
            Remove = remove,
            TargetAuthorAci = author.ToString(),
            TargetSentTimestamp = (ulong)target,
        };
        return data;
    }

    private DataMessage Delete(long target)
    {
        var data = Data();
        data.Delete = new DataMessage.Types.Delete { TargetSentTimestamp = (ulong)target };
        return data;
    }

    private Content Edit(long target, string body)
    {
        var data = Data(body);
        return new Content { EditMessage = new EditMessage { TargetSentTimestamp = (ulong)target, DataMessage = data } };
    }

    private string? TakeEdit(Content edit, ServiceId? from = null) =>
        Take(edit, (long)edit.EditMessage.DataMessage.Timestamp, from)?.MessageId;

    [Fact]
    public void A_person_has_one_reaction_to_a_message_and_the_last_one_stands()
    {
        var message = Take(Data("Cake"))!;
        var first = React("👍", message.SentAt, Bert);
        Assert.Equal(message.Id, Take(first)!.Id);
        var later = React("🎉", message.SentAt, Bert);
        var last = React("❤️", message.SentAt, Bert);
        Take(last);
        Assert.Null(Take(later));
        Assert.Null(Take(last));
        TakeSent(React("😍", message.SentAt, Bert), Bert);

        var reactions = Archive().Single().Reactions;
        Assert.Equal([("❤️", "Bert Berg", false), ("😍", reactions[1].Sender!.Name, true)],
            reactions.Select(reaction => (reaction.Emoji, reaction.Sender!.Name, reaction.Sender!.IsSelf)));

        Take(React("❤️", message.SentAt, Bert, remove: true));
        Assert.Equal(["😍"], Archive().Single().Reactions.Select(reaction => reaction.Emoji));
        Assert.Null(Take(React("❤️", message.SentAt, Bert, remove: true)));
    }

    [Theory]
    [InlineData("👍", true)]
    [InlineData("❤️", true)]
    [InlineData("👩‍👩‍👧‍👦", true)]
    [InlineData("👍🏽", true)]
    [InlineData("🏳️‍🌈", true)]
    [InlineData("🇳🇱", true)]
    [InlineData("🏴󠁧󠁢󠁥󠁮󠁧󠁿", true)]
    [InlineData("1️⃣", true)]
    [InlineData("‼️", true)]
    [InlineData("〰️", true)]
    [InlineData("", false)]
    [InlineData("a", false)]
    [InlineData("1", false)]
    [InlineData("👍👍", false)]
    [InlineData("👍 nice", false)]
    [InlineData("\ufffd", false)]
    public void Only_one_emoji_is_a_reaction(string emoji, bool isEmoji)
    {
        var message = Take(Data("Cake"))!;
        var reaction = React(emoji, message.SentAt, Bert);
        if (isEmoji)
        {
            Assert.NotNull(Take(reaction));
        }
        else
        {
            Assert.Equal(ClientError.Malformed, Assert.Throws<ClientException>(() => Take(reaction)).Error);
        }
    }

    [Fact]
    public void What_comes_before_its_message_waits_for_it_and_survives_a_restart_of_the_handler()
    {
        var data = Data("Late");
        var target = (long)data.Timestamp;
        Take(React("👍", target, Bert));
        TakeEdit(Edit(target, "Late, and edited"));
        Assert.Empty(Archive());

        Assert.NotNull(Take(data));
        var message = Archive().Single();
        Assert.Equal(("Late, and edited", "👍"), (message.Body, message.Reactions.Single().Emoji));
        Assert.Equal("Late", Assert.Single(message.Edits).Body);
        Assert.Empty(Store.Pending.Take(Bert, target));
    }

    [Fact]
    public void A_deletion_before_its_message_takes_it_and_another_persons_does_not()
    {
        var data = Data("Regretted");
        Take(Delete((long)data.Timestamp));
        Take(Delete((long)data.Timestamp), Cleo);
        Take(data);
        Assert.True(Archive().Single() is { IsErased: true, Body: null });

        var kept = Data("Kept");
        Take(Delete((long)kept.Timestamp), Cleo);
        Take(kept);
        Assert.False(Archive()[^1].IsErased);
    }

    [Fact]
    public void No_more_waits_than_the_limit_and_the_newest_does()
    {
        for (var i = 0; i < ClientLimits.PendingEffects + 10; i++)
        {
            Store.Pending.Add(Bert, i, [], [1]);
        }

        Assert.Empty(Store.Pending.Take(Bert, 9));
        Assert.Single(Store.Pending.Take(Bert, 10));
        Assert.Single(Store.Pending.Take(Bert, ClientLimits.PendingEffects + 9));
    }

    [Fact]
    public void Edits_change_the_text_and_keep_the_history_even_out_of_order()
    {
        var message = Take(Data("at 18:00"))!;
        var second = Edit(message.SentAt, "at 18:30");
        var third = Edit(message.SentAt, "at 19:00");
        Assert.Equal(message.Id, TakeEdit(third));
        Assert.Equal(message.Id, TakeEdit(second));
        Assert.Null(TakeEdit(second));

        // Named by the time of an edit it is the same message.
        Assert.Equal(message.Id, TakeEdit(Edit((long)third.EditMessage.DataMessage.Timestamp, "at 19:15")));
        var archived = Archive().Single();
        Assert.Equal("at 19:15", archived.Body);
        Assert.Equal(["at 18:00", "at 18:30", "at 19:00"], archived.Edits.Select(edit => edit.Body));
        Assert.Equal(message.SentAt, archived.SentAt.UnixMilliseconds);
        Take(React("👍", (long)third.EditMessage.DataMessage.Timestamp, Bert));
        Assert.Single(Archive().Single().Reactions);
    }

    [Fact]
    public void An_edit_keeps_the_files_and_may_drop_a_quote_but_not_change_it()
    {
        var asked = Take(Data("Which?"))!;
        var data = Data("This");
        data.Attachments.Add(Pointer());
        data.Quote = new DataMessage.Types.Quote { Id = (ulong)asked.SentAt, AuthorAci = Bert.ToString() };
        var message = Take(data)!;
        var kept = Edit(message.SentAt, "That");
        kept.EditMessage.DataMessage.Quote = new DataMessage.Types.Quote { Id = 1, AuthorAci = Cleo.ToString(), Text = "Forged" };
        TakeEdit(kept);
        Assert.Equal(("That", "Which?", 1), (Archive()[^1].Body, Archive()[^1].Quote!.Text, Archive()[^1].Attachments.Count));
        TakeEdit(Edit(message.SentAt, "Neither"));
        Assert.Equal(("Neither", null, 1), (Archive()[^1].Body, Archive()[^1].Quote, Archive()[^1].Attachments.Count));
    }

    [Fact]
    public void Only_the_author_edits_and_deletes_and_only_within_two_days()
    {
        var message = Take(Data("Mine"))!;
        Assert.Null(TakeEdit(Edit(message.SentAt, "Yours"), Cleo));
        Take(Delete(message.SentAt), Cleo);
        Clock.Pass(TimeSpan.FromDays(2) - TimeSpan.FromMinutes(1));
        Assert.NotNull(TakeEdit(Edit(message.SentAt, "Still mine")));
        Clock.Pass(TimeSpan.FromMinutes(2));
        Assert.Null(TakeEdit(Edit(message.SentAt, "Too late")));
        Assert.Null(Take(Delete(message.SentAt)));

        Assert.Equal(("Still mine", false), (Now(message).Body, Now(message).IsErased));
    }

    [Fact]
    public void A_deleted_message_has_no_content_left_and_cannot_be_changed()
    {
        var data = Data("Secret");
        data.Attachments.Add(Pointer());
        data.Quote = new DataMessage.Types.Quote { Id = 5, AuthorAci = Bert.ToString(), Text = "The Secret that I quote" };
        var message = Take(data)!;
        Take(React("👍", message.SentAt, Bert));
        TakeEdit(Edit(message.SentAt, "Secret too"));
        var row = Now(message);
        row.Json["attachments"]![0]!["path"] = "ab/abcd";
        Store.Messages.Update(row);
        Assert.NotNull(Take(Delete(message.SentAt)));

        var erased = Now(message);
        Assert.DoesNotContain("Secret", erased.Json.ToJsonString() + erased.Body);
        Assert.True(erased.Json["deletedForEveryone"]!.GetValue<bool>());
        Assert.Equal("ab/abcd", Assert.Single(Store.Jobs.Waiting("file deletion", 10)).Data["path"]!.GetValue<string>());
        Assert.Null(Take(React("👍", message.SentAt, Bert)));
        Assert.Null(TakeEdit(Edit(message.SentAt, "Back")));
        Assert.True(Archive().Single() is { IsErased: true, Body: null, Edits.Count: 0, Reactions.Count: 0, Attachments.Count: 0 });
    }

    [Fact]
    public void Nobody_reaches_a_message_of_another_conversation()
    {
        Accept(Cleo);
        var message = Take(Data("For Anna only"))!;
        Assert.Null(Take(React("👍", message.SentAt, Bert), Cleo));
        Assert.Empty(Archive().Single().Reactions);
    }

    [Fact]
    public void Votes_count_by_their_number_until_the_asker_closes_the_poll()
    {
        var data = Data();
        data.PollCreate = new DataMessage.Types.PollCreate { Question = "Day?", Options = { "Fri", "Sat", "Sun" } };
        var poll = TakeSent(data, Bert)!;
        DataMessage Vote(uint count, params uint[] options)
        {
            var vote = Data();
            vote.PollVote = new DataMessage.Types.PollVote
            {
                TargetAuthorAciBinary = Google.Protobuf.ByteString.CopyFrom(Anna.ToBytes()),
                TargetSentTimestamp = (ulong)poll.SentAt,
                VoteCount = count,
                OptionIndexes = { options },
            };
            return vote;
        }

        Assert.NotNull(Take(Vote(1, 0)));
        Assert.NotNull(Take(Vote(2, 1)));
        Assert.Null(Take(Vote(2, 2)));
        Assert.Null(Take(Vote(3, 3)));
        Assert.Null(Take(Vote(3, 0, 1)));
        Assert.Equal([0, 1, 0], Archive()[0].Poll!.Options.Select(option => option.Voters.Count));
        Assert.True(Now(poll).Json["hasUnreadPollVotes"]!.GetValue<bool>());

        var end = Data();
        end.PollTerminate = new DataMessage.Types.PollTerminate { TargetSentTimestamp = (ulong)poll.SentAt };
        Take(end);
        Assert.False(Archive()[0].Poll!.IsClosed);
        TakeSent(end, Bert);
        Assert.True(Archive()[0].Poll!.IsClosed);
        Assert.Contains("Day?", Archive()[^1].Event!.Text);
        Assert.Null(Take(Vote(4, 0)));
        Assert.Null(TakeSent(end, Bert));
    }
}
