using Fluister.Archive.Conversations;
using Fluister.Summaries;

namespace Fluister.Tests.Summaries;

public sealed class DigesterTests
{
    private static Talk Club() => new Talk()
        .Say("Anna: Good morning! Shall we ride to the lighthouse on Saturday?")
        .Say("Ben: Sounds good, the forecast promises sun and hardly any wind.")
        .Say("Robin: I can bring the repair kit and two spare tubes.")
        .Say("Anna: We decided to start at 9:30 from the old bridge, so please be on time.")
        .Say("Ben: Who has the key of the club shed?")
        .Say("Anna: The route is here: https://example.org/route?id=7 (about sixty kilometres).")
        .Pause(30)
        .Say("Clara: The landlord raised the rent of the club house by eighty euros a month.")
        .Say("Ben: That is a lot of money for a club house with a leaking roof.")
        .Say("Clara: @Robin could you write to the landlord about the rent?")
        .Say("Robin: Yes, I will write to the landlord tonight.")
        .Say("Anna: Our rent was last raised only a year ago, the law allows no second rise so soon.")
        .Say("Clara: Then the landlord must take the rise of the rent back. See https://example.org/route?id=7 again.");

    [Fact]
    public void A_pause_and_new_words_make_a_new_topic()
    {
        var digest = Club().Digest();
        Assert.Equal(2, digest.Topics.Count);
        Assert.Equal([6, 6], digest.Topics.Select(x => x.MessageCount));
        Assert.Contains("landlord", digest.Topics[1].Keywords);
        Assert.Contains("rent", digest.Topics[1].Keywords);
        Assert.DoesNotContain("landlord", digest.Topics[0].Keywords);
        Assert.All(digest.Topics, x => Assert.NotEmpty(x.Quotes));
    }

    [Fact]
    public void Findings_name_what_was_agreed_asked_and_named()
    {
        var digest = Club().Digest();
        Assert.Equal(
            ["Shall we ride to the lighthouse on Saturday?", "We decided to start at 9:30 from the old bridge, so please be on time."],
            digest.Decisions.Select(x => x.Text));
        Assert.Equal(["Who has the key of the club shed?"], digest.OpenQuestions.Select(x => x.Text));
        Assert.Equal(["@Robin could you write to the landlord about the rent?"], digest.MentionsOfMe.Select(x => x.Text));
        Assert.Equal(("https://example.org/route?id=7", 2, "m5"), digest.Links.Select(x => (x.Url, x.Count, x.Quote.MessageId)).Single());
        Assert.Equal(["Saturday=2026-10-03", "tonight=2026-10-02"], digest.Dates.OrderBy(x => x.Quote.SentAt)
            .Select(x => $"{x.Text}={x.Day:yyyy-MM-dd}"));
        Assert.Equal(["Anna 4", "Ben 3", "Clara 3", "Robin 2"], digest.Activity.Select(x => $"{x.Participant!.Name} {x.Messages}")
            .Order(StringComparer.Ordinal));
        Assert.Equal(1, digest.Activity.Sum(x => x.Share), 9);
    }

    [Fact]
    public void An_answer_closes_a_question_a_reply_does_too_and_a_question_does_not()
    {
        var talk = new Talk()
            .Say("Anna: When does the train to Utrecht leave?")
            .Say("Ben: The train leaves at ten.")
            .Say("Anna: Who brings the tent for the weekend?")
            .Say("Ben: Which tent do you mean exactly?")
            .Say("Clara: Did somebody feed the cat yesterday evening?")
            .Say("Ben: Blue one, in the attic.")
            .Say("Anna: Twice even.", answers: 4);
        Assert.Equal(["m2", "m3"], talk.Digest().OpenQuestions.Select(x => x.MessageId));
    }

    [Fact]
    public void A_proposal_is_no_decision_until_somebody_else_agrees()
    {
        Assert.Empty(new Talk().Say("Anna: Let's meet at the harbour.").Say("Anna: Ok.").Say("Ben: The harbour smells of fish.").Digest()
            .Decisions);
        Assert.Single(new Talk().Say("Anna: Let's meet at the harbour.").Say("Anna: Or not.").Say("Ben: Ok, see you there.").Digest()
            .Decisions);
        Assert.Single(new Talk().Say("Anna: Lass uns am Hafen treffen.").Say("Ben: Einverstanden, bis dann.").Digest().Decisions);
    }

    [Theory]
    [InlineData("What happened to the rent?", "landlord")]
    [InlineData("Where do we start riding?", "bridge")]
    [InlineData("What did Robin offer to bring?", "spare tubes")]
    public void Answers_quote_the_passage_that_answers(string ask, string expected)
    {
        var digest = Club().Digest(ask, words: 40);
        Assert.Empty(digest.Topics);
        Assert.Contains(digest.Quotes, x => x.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Answers_come_with_their_neighbours_and_nothing_is_invented()
    {
        var answer = Club().Digest("Who has the key of the shed?", words: 12).Answers.Single(x => x.Quotes.Any(q => q.MessageId == "m4"));
        Assert.Equal("m3", answer.Before?.MessageId);
        Assert.Equal("m5", answer.After?.MessageId);
        Assert.Empty(Club().Digest("What about the submarine?").Answers);
        Assert.NotEmpty(Club().Digest("What happened?").Answers);
    }

    [Fact]
    public void Quotes_keep_within_the_words_asked_for()
    {
        foreach (var words in new[] { 0, 1, 10, 25, 60, 1000 })
        {
            var digest = Club().Digest(words: words);
            Assert.InRange(digest.Quotes.Sum(x => x.Text.Split(' ').Length), 0, words);
            Assert.Equal(words >= 10, digest.Quotes.Any());
        }
    }

    [Fact]
    public void Nothing_to_say_on_nothing()
    {
        var digest = Digester.Digest(Talk.Conversation, Talk.Me, [], new());
        Assert.Equal((0, null, null), (digest.MessageCount, digest.From, digest.To));
        Assert.Empty(digest.Quotes);
        Assert.Empty(digest.Topics);
        Assert.Empty(Digester.Digest(Talk.Conversation, Talk.Me, [], new() { Ask = "What?" }).Answers);
    }

    private static Message Bare(
        string id,
        Participant? who,
        Timestamp at,
        string? body = null,
        MessageKind kind = MessageKind.Text,
        Attachment? file = null,
        bool erased = false) => new()
        {
            Id = id,
            ConversationId = "c",
            Sender = who,
            SentAt = at,
            Body = body,
            Kind = kind,
            Attachments = file is null ? [] : [file],
            IsErased = erased,
        };

    [Fact]
    public void Deleted_messages_events_and_silent_files_are_counted_not_quoted()
    {
        var talk = new Talk()
            .Say("Anna: The secret plan of the club.")
            .With((id, _, at) => Bare(id, null, at, kind: MessageKind.Event), "Anna")
            .With((id, who, at) => Bare(id, who, at, file: new() { FileName = "a.pdf", Size = 3 }), "Ben")
            .With((id, _, at) => Bare(id, null, at, "Words of nobody in particular are words too."), "Ben");
        talk.Messages[0] = Bare("m0", talk.Person("Anna"), talk.Messages[0].SentAt, talk.Messages[0].Body, erased: true);
        var digest = talk.Digest();
        Assert.Equal((1, 1, 1), (digest.Omitted.Erased, digest.Omitted.Events, digest.Omitted.WithoutText));
        Assert.Equal(["a.pdf"], digest.Files.Select(x => x.Name));
        Assert.Equal(["Words of nobody in particular are words too."], digest.Quotes.Select(x => x.Text));
        Assert.Null(digest.Quotes.Single().Speaker);
    }

    [Fact]
    public void The_order_in_which_messages_come_does_not_matter()
    {
        var talk = Club();
        var straight = talk.Digest();
        talk.Messages.Reverse();
        var reversed = talk.Digest();
        Assert.Equal(straight.Quotes, reversed.Quotes);
        Assert.Equal(straight.Decisions, reversed.Decisions);
    }

    [Fact]
    public void Findings_beyond_the_limit_are_counted()
    {
        var talk = new Talk();
        for (var i = 0; i < 20; i++)
        {
            talk.Say($"Anna: Picture number {i} is at https://example.org/{i:000}");
        }

        var digest = talk.Digest();
        Assert.Equal(12, digest.Links.Count);
        Assert.Equal("https://example.org/019", digest.Links[^1].Url);
        Assert.Equal(8, digest.Omitted.Findings);
    }

    [Theory]
    [InlineData("Die Miete des Vereinshauses steigt um achtzig Euro im Monat.|Das ist viel Geld für ein undichtes Dach.",
        "Was ist mit der Miete?", "Miete")]
    [InlineData("De huur van het clubhuis gaat met tachtig euro omhoog.|Dat is veel geld voor een lek dak.", "Wat is er met de huur?",
        "huur")]
    [InlineData("会費は来月から五百円上がります。|新しい自転車を買いました。", "会費はどうなりますか？", "会費")]
    [InlineData("Аренда клуба вырастет на восемьдесят евро.|Крыша всё ещё течёт после дождя.", "Что с арендой: аренда клуба?", "Аренда")]
    public void Other_languages_and_scripts_work_too(string lines, string ask, string expected)
    {
        var talk = new Talk();
        lines.Split('|').ToList().ForEach(x => talk.Say($"Anna: {x}"));
        Assert.Contains(expected, talk.Digest(ask, words: 14).Quotes.First().Text, StringComparison.Ordinal);
        Assert.NotEmpty(talk.Digest().Quotes);
    }
}
