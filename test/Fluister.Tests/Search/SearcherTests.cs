using Fluister.Archive.Conversations;
using Fluister.Archive.Search;

namespace Fluister.Tests.Search;

public sealed class SearcherTests
{
    [Theory]
    [InlineData("apple", "1 2 3")]
    [InlineData("APPLE pie", "1 2")]
    [InlineData("\"apple pie\"", "1")]
    [InlineData("“apple pie”", "1")]
    [InlineData("\"apple pie", "1")]
    [InlineData("\"pie apple\"", "2")]
    [InlineData("apple -pie", "3")]
    [InlineData("apple -\"pie apple\"", "1 3")]
    [InlineData("app*", "1 2 3 4")]
    [InlineData("app", "4")]
    [InlineData("\"an app*\"", "1 3 4")]
    [InlineData("e-mail", "5")]
    [InlineData("\"e mail\"", "5")]
    [InlineData("mail", "5")]
    [InlineData("creme brulee", "6")]
    [InlineData("京都", "7")]
    [InlineData("東都", "")]
    [InlineData("👍", "8")]
    [InlineData("\"a a b\"", "9")]
    [InlineData("none", "")]
    [InlineData("pie an* -e* ... \"\"", "1 2")]
    public void What_a_query_finds(string query, string expected)
    {
        var archive = Archive(
            "An apple pie", "a pie, apple and pear", "An apple", "an app", "Send an e-mail.", "Crème\nBrûlée!", "東京都", "ok👍🏿", "a a a b");
        var ids = Search(archive, query).Select(hit => hit.Message.Id).Order(StringComparer.Ordinal);
        Assert.Equal(expected, string.Join(' ', ids));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("-word")]
    [InlineData("\"...\" *")]
    public void A_query_that_looks_for_nothing_is_refused(string text) => Assert.Throws<ArchiveException>(() => SearchQuery.Parse(text));

    [Fact]
    public void A_query_is_bounded()
    {
        Assert.Throws<ArchiveException>(() => SearchQuery.Parse(new string('a', 5000)));
        Assert.Throws<ArchiveException>(() => SearchQuery.Parse(string.Join(' ', Enumerable.Repeat("a", 65))));
        Assert.Throws<ArchiveException>(() => SearchQuery.Parse($"\"{string.Join(' ', Enumerable.Repeat("a", 65))}\""));
        var phrase = string.Join(' ', Enumerable.Repeat("a", 64));
        Assert.Single(Search(Archive(phrase, phrase[2..]), $"\"{phrase}\""));
    }

    [Fact]
    public void Every_text_of_a_message_is_searched_and_the_hit_says_which()
    {
        var message = new Message
        {
            Id = "m",
            RowId = 1,
            ConversationId = "c",
            Body = "key in body",
            Quote = new Quote(default, null, "quoted key"),
            Attachments = [new Attachment(), new Attachment { FileName = "a_key.png", Caption = "the Key" }],
            Previews = [new LinkPreview("https://key.example/x", "Title: key", "no")],
            Poll = new Poll("Which key?", [new PollOption("no", []), new PollOption("key", [])], false, false),
            Contacts = [new SharedContact("Mr Key", [], [])],
            Edits = [new Edit(default, "kéy before")],
        };
        var hit = Assert.Single(Search(Archive([message]), "key"));
        Assert.Equal(
            [
                new(SearchField.Body, 0, 0, 3), new(SearchField.Quote, 0, 7, 3), new(SearchField.FileName, 1, 2, 3),
                new(SearchField.Caption, 1, 4, 3), new(SearchField.LinkTitle, 0, 7, 3), new(SearchField.LinkUrl, 0, 8, 3),
                new(SearchField.PollQuestion, 0, 6, 3), new(SearchField.PollOption, 1, 0, 3), new(SearchField.ContactName, 0, 3, 3),
                new SearchMatch(SearchField.EarlierVersion, 0, 0, 3),
            ],
            hit.Matches);
        Assert.Single(Search(Archive([message]), "body before png"));
        Assert.Empty(Search(Archive([message]), "\"body quoted\""));
    }

    [Fact]
    public void Places_of_phrases_and_of_overlapping_words()
    {
        var hit = Assert.Single(Search(Archive("Le café noir, le CAFÉ."), "\"le cafe\" caf*"));
        Assert.Equal([(0, 7), (3, 4), (14, 7), (17, 4)], hit.Matches.Select(match => (match.Start, match.Length)));
        Assert.Equal(1000, Assert.Single(Search(Archive(string.Join(' ', Enumerable.Repeat("a", 5000))), "a")).Matches.Count);
    }

    [Fact]
    public void Order_and_limit()
    {
        var archive = Archive([.. new[] { 5, 1, 9, 3, 7 }.Select((time, i) => Of(i + 1, "word", sentAt: time))]);
        Assert.Equal("3 5 1 4 2", Ids(archive, new SearchOptions()));
        Assert.Equal("3 5", Ids(archive, new SearchOptions { Limit = 2 }));
        Assert.Equal("1 2 3", Ids(archive, new SearchOptions { Limit = 3, Order = SearchOrder.Stored }));
        Assert.Equal("", Ids(archive, new SearchOptions { Limit = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ids(archive, new SearchOptions { Limit = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Ids(archive, new SearchOptions { Limit = 100_001 }));
    }

    [Fact]
    public void Hits_as_stored_come_before_the_end_is_read()
    {
        var archive = new InMemoryArchive { Chats = Chats, Messages = Endless() };
        Assert.Equal("1 2 3", Ids(archive, new SearchOptions { Limit = 3, Order = SearchOrder.Stored }));

        static IEnumerable<Message> Endless()
        {
            for (var i = 1; ; i++)
            {
                yield return Of(i, i < 4 ? "word" : throw new InvalidOperationException("Read too far."));
            }
        }
    }

    [Fact]
    public void A_selection_narrows_the_search_and_context_goes_beyond_it()
    {
        var archive = Archive(
            Of(1, "before", "a"), Of(2, "other", "b"), Of(3, "word", "a", sentAt: 30), Of(4, "word", "b"), Of(5, "after", "a", sentAt: 50),
            Of(6, "gone", "a", sentAt: 60, expires: 5), Of(7, "word", "a", sentAt: 70, expires: 5), Of(8, "later", "a", sentAt: 80));
        var inA = new Selection { Conversations = new HashSet<string> { "a" }, Since = new Timestamp(30), Until = new Timestamp(75) };
        var hit = Assert.Single(Search(archive, "word", inA, new SearchOptions { Before = 2, After = 2 }));
        Assert.Equal(("3", "1", "5 8"), (hit.Message.Id, Join(hit.Before), Join(hit.After)));

        var all = new Selection { Conversations = inA.Conversations, IncludeDisappearing = true };
        var hits = Search(archive, "word", all, new SearchOptions { Before = 1, After = 1 });
        Assert.Equal(["6 7 8", "1 3 5"], hits.Select(h => $"{Join(h.Before)} {h.Message.Id} {Join(h.After)}"));
    }

    private static IReadOnlyList<Conversation> Chats =>
        [.. new[] { "a", "b", "c" }.Select(id => new Conversation { Id = id, Kind = ConversationKind.Group, Name = id })];

    private static InMemoryArchive Archive(params string[] bodies) => Archive([.. bodies.Select((body, i) => Of(i + 1, body))]);

    private static InMemoryArchive Archive(params Message[] messages) => new() { Chats = Chats, Messages = messages };

    private static Message Of(int row, string body, string conversation = "c", long? sentAt = null, long expires = 0) => new()
    {
        Id = $"{row}",
        RowId = row,
        ConversationId = conversation,
        SentAt = new Timestamp(sentAt ?? row),
        Body = body,
        ExpireTimer = expires,
    };

    private static List<SearchHit> Search(
        ConversationArchive archive, string query, Selection? selection = null, SearchOptions? options = null)
        => [.. Searcher.Search(archive, SearchQuery.Parse(query), selection ?? new Selection(), options ?? new SearchOptions())];

    private static string Ids(ConversationArchive archive, SearchOptions options)
        => Join(Search(archive, "word", options: options).Select(hit => hit.Message));

    private static string Join(IEnumerable<Message> messages) => string.Join(' ', messages.Select(message => message.Id));
}
