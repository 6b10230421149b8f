using System.Text;
using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Summaries;

namespace Fluister.Tests.Summaries;

public sealed class HostileTests
{
    private static readonly string[] Pieces =
    [
        "<script>alert(1)</script>", "\u001b[31mred\u001b[0m", "\u202Eesrever\u202C", "\uD800", "\uDC00\uD83D", "😀", "\0",
            "] ( [x](javascript:alert(1))", "```", "|a|b|",
        "{disfmarker}", "{", "}", "https://", "http://a.b/<b>", "www.", "...", "???", "。！？", "ข้อความ", "東京", "\r\n", "\u2028", " ", "",
            "9999-99-99", "31.2.", "0.0.0000",
        "Let's agree to go?", "ok", "tomorrow", "February 31", "a", "The", "word", "&amp;", "\"quoted\"", "--", "# head", "~~x~~",
            "\uFFFF", "\uDB40\uDC41",
    ];

    public static List<Message> Make(int seed)
    {
        var random = new Random(seed);
        long[] times = [long.MinValue, -1, 0, 1, 1_790_845_200_000, 253_402_300_799_999, 253_402_300_800_000, long.MaxValue];
        var people = new Participant?[] { null, Talk.Me, new("a", "<b>Anna</b>\u001b[2J"), new("b", ""), new("c", "\uD800") };
        return Enumerable.Range(0, random.Next(60)).Select(i => new Message
        {
            Id = $"m{i}<",
            RowId = random.Next(5),
            ConversationId = "c",
            Kind = (MessageKind)random.Next(4),
            Sender = people[random.Next(people.Length)],
            SentAt = new(times[random.Next(times.Length)]),
            Body = random.Next(10) == 0 ? null : string.Join(random.Next(3) == 0 ? "" : " ", Enumerable.Range(0, random.Next(30))
                .Select(_ => Pieces[random.Next(Pieces.Length)])),
            IsErased = random.Next(12) == 0,
            Quote = random.Next(4) == 0 ? Quote(random, times, people) : null,
            Attachments = random.Next(6) == 0
                ? [new() { FileName = Pieces[random.Next(Pieces.Length)], Size = long.MaxValue - random.Next(3) }] : [],
            Reactions = random.Next(6) == 0 ? [new("👍", people[random.Next(people.Length)], new(0))] : [],
            Previews = random.Next(6) == 0 ? [new("http://a.b/", "<i>", null)] : [],
        }).ToList();
    }

    private static Quote Quote(Random random, long[] times, Participant?[] people) =>
        new(new(times[random.Next(times.Length)]), people[random.Next(people.Length)], "x") { MessageId = $"m{random.Next(60)}<" };

    private static void HoldsWordForWord(Digest digest, List<Message> messages)
    {
        var byId = messages.ToDictionary(x => x.Id);
        var quotes = digest.Quotes.Concat(digest.Decisions).Concat(digest.OpenQuestions).Concat(digest.MentionsOfMe)
            .Concat(digest.Dates.Select(x => x.Quote))
            .Concat(digest.Links.Select(x => x.Quote))
            .Concat(digest.Answers.SelectMany(x => new[] { x.Before, x.After }).OfType<DigestQuote>());
        foreach (var quote in quotes)
        {
            var message = byId[quote.MessageId];
            Assert.False(message.IsErased);
            Assert.Contains(quote.Text, message.Body!, StringComparison.Ordinal);
            Assert.Equal((message.Sender, message.SentAt), (quote.Speaker, quote.SentAt));
        }

        Assert.All(digest.Dates, x => Assert.Contains(x.Text, x.Quote.Text, StringComparison.Ordinal));
        Assert.All(digest.Links, x => Assert.Contains(x.Url, byId[x.Quote.MessageId].Body!, StringComparison.Ordinal));
        Assert.All(digest.Topics.SelectMany(x => x.Keywords), x =>
            Assert.Contains(messages, m => m.Body?.Contains(x, StringComparison.Ordinal) == true));
    }

    [Fact]
    public void Every_quote_is_word_for_word_whatever_comes()
    {
        for (var seed = 0; seed < 100; seed++)
        {
            var messages = Make(seed);
            foreach (var ask in new[] { null, "What about the word?", "\uD800 <b>", "" })
            {
                var digest = Digester.Digest(Talk.Conversation, Talk.Me, messages, new() { Ask = ask, Words = 5 + (seed % 200) });
                HoldsWordForWord(digest, messages);
                Written(digest);
            }
        }
    }

    private static void Written(Digest digest)
    {
        foreach (var write in new Action<Digest,
            Stream>[] { DigestWriter.WriteText, DigestWriter.WriteMarkdown, DigestWriter.WriteHtml, DigestWriter.WriteJson })
        {
            using var stream = new MemoryStream();
            write(digest, stream);
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(stream.ToArray());
            Assert.DoesNotContain('\u001b', text);
            Assert.DoesNotContain('\0', text);
            if (write == DigestWriter.WriteJson)
            {
                using var json = JsonDocument.Parse(text);
                Assert.Equal("fluister-digest/1", json.RootElement.GetProperty("schema").GetString());
            }
            else
            {
                Assert.DoesNotContain('\u202E', text);
            }

            if (write == DigestWriter.WriteHtml)
            {
                Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain("href=\"javascript", text, StringComparison.OrdinalIgnoreCase);
            }

            if (write == DigestWriter.WriteMarkdown)
            {
                Assert.DoesNotMatch(@"(?<!\\)[<\[`]", text);
            }
        }
    }

    [Fact]
    public void One_huge_message_is_neither_quoted_nor_a_trap()
    {
        foreach (var body in new[] { new string('a', 10_000_000), string.Concat(Enumerable.Repeat("a b. ", 2_000_000)),
            new string('(', 1_000_000) + "http://" })
        {
            var messages = new List<Message> { new() { Id = "m", ConversationId = "c", Body = body, SentAt = new(0) } };
            var digest = Digester.Digest(Talk.Conversation, Talk.Me, messages, new());
            HoldsWordForWord(digest, messages);
            Assert.True(digest.Quotes.Sum(x => x.Text.Length) < 2000);
        }
    }
}
