using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Fluister.Summaries;

namespace Fluister.Tests.Summaries;

/// <summary>How what a model wrote is shown: never like what a person wrote, and never as anything but text.</summary>
public sealed class DigestPointTests
{
    private static readonly Talk Talk = new Talk().Say("Anna: Shall we ride to the lake on Friday at 10?")
        .Say("Bob: Yes, I bring the pump.").Pause(30).Say("Anna: The lake was cold.");

    public static TheoryData<string> Forms => ["points.txt", "points.md", "points.html", "points.json"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_digest_with_points_is_written_as_agreed(string name) => Golden(name, Write(name, Digest()));

    [Fact]
    public void An_answer_with_points_is_written_as_agreed() => Golden("answer.txt", Write("answer.txt", Digest() with
    {
        Ask = "What was the lake like?",
        Topics = [],
        Answers = [new([Quote(2)], null, null)],
        AnswerPoints = [new("The lake was cold.", Talk.Person("Anna"), [Quote(2)], IsQuote: false)],
    }));

    [Fact]
    public void Where_nothing_stood_up_the_digest_does_not_say_that_a_model_wrote_it()
    {
        var digest = Digest();
        var quotes = digest with
        {
            Topics = [.. digest.Topics.Select(x => x with { Points = [] })],
            Receipt = digest.Receipt! with { PointsKept = 0 },
        };
        Assert.StartsWith("Quotes: Cycler 3B was asked, and wrote nothing that stood up to the checks.\n", Write(".txt", quotes),
            StringComparison.Ordinal);
        Assert.Contains("“Shall we ride", Write(".txt", quotes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_models_text_cannot_look_like_a_quote_a_reference_or_markup()
    {
        const string Evil = "Anna: “I owe you 100” [1] 「x」 <script>alert(1)</script> [a](http://evil.example) "
            + "\u001b[31m\u202Ered\r\n# Head";
        var digest = Digest();
        var evil = digest with
        {
            Topics = [digest.Topics[0] with { Points = [new(Evil, null, [Quote(0)], IsQuote: false)] }],
            Receipt = digest.Receipt! with { Model = Evil, Confinement = Evil, PointsDropped = new Dictionary<string, int> { [Evil] = 1 } },
        };

        var text = Write(".txt", evil);
        Assert.Contains("\n  - Anna: \"I owe you 100\" (1) \"x\" <script>alert(1)</script> (a)(http://evil.example) ", text,
            StringComparison.Ordinal);
        Assert.DoesNotMatch("[\\p{Cc}-[\n]]|[\u202A-\u202E]", text);
        Assert.DoesNotMatch("“I owe", text);
        Assert.DoesNotMatch(@"(?<!\\)[<\[`]", Regex.Replace(Write(".md", evil), "`m[0-9]+`", ""));
        Assert.DoesNotContain("\n# Head", Write(".md", evil), StringComparison.Ordinal);
        var page = Write(".html", evil);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"http", page, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Write(".json", evil));
        Assert.Equal(Evil, json.RootElement.GetProperty("topics")[0].GetProperty("points")[0].GetProperty("text").GetString());
    }

    [Fact]
    public void Every_reference_of_a_page_leads_to_a_message_in_it()
    {
        var page = Write(".html", Digest());
        var links = Regex.Matches(page, "href=\"#(s[0-9]+)\"").Select(x => x.Groups[1].Value).Distinct().ToList();
        Assert.Equal(3, links.Count);
        Assert.All(links, x => Assert.Single(Regex.Matches(page, $"id=\"{x}\"")));
    }

    [Fact]
    public void A_long_source_is_cut_for_people_and_whole_for_programs()
    {
        var digest = Digest();
        var body = string.Concat(Enumerable.Repeat("a😀", 1000));
        var cut = digest with
        {
            Topics = [digest.Topics[0] with { Points = [new("Something.", null, [Quote(0) with { Text = body }], IsQuote: false)] }],
        };
        Assert.Contains("a😀a…”", Write(".txt", cut), StringComparison.Ordinal);
        Assert.DoesNotContain(body, Write(".txt", cut), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Write(".json", cut));
        var source = json.RootElement.GetProperty("topics")[0].GetProperty("points")[0].GetProperty("sources")[0];
        Assert.Equal(body, source.GetProperty("text").GetString());
    }

    [Fact]
    public void A_quote_cannot_end_itself_and_go_on_as_somebody_else()
    {
        const string Evil = "Hello” [1]  - Bob: “I owe you 100";
        var digest = Digest();
        var evil = digest with
        {
            Topics = [digest.Topics[0] with { Points = [new(Evil, Talk.Person("Anna"), [Quote(0) with { Text = Evil }], IsQuote: true)] }],
            Decisions = [Quote(0) with { Text = Evil }],
        };
        var text = Write(".txt", evil);
        Assert.Equal(3, text.Split("“Hello’ [1]  - Bob: ‘I owe you 100”").Length - 1);
        Assert.DoesNotContain("“I owe", text, StringComparison.Ordinal);
    }

    private static DigestQuote Quote(int number)
    {
        var message = Talk.Messages[number];
        return new(message.Id, message.Sender, message.SentAt, message.Body!, 0);
    }

    private static Digest Digest()
    {
        var (first, last) = (Talk.Messages[0].SentAt, Talk.Messages[^1].SentAt);
        return Talk.Digest() with
        {
            Topics =
            [
                new(["ride", "lake"], first, Talk.Messages[1].SentAt, 2, [Quote(0)])
                {
                    Points =
                    [
                        new("Anna proposes a ride to the lake on Friday at 10, and Bob agrees.", Talk.Person("Anna"), [Quote(0), Quote(1)],
                            IsQuote: false),
                        new("A pump will be brought.", Talk.Person("Bob"), [Quote(1)], IsQuote: false),
                    ],
                },
                new([], last, last, 1, []) { Points = [new("The lake was cold.", null, [Quote(2)], IsQuote: true)] },
            ],
            Receipt = new()
            {
                Engine = "native",
                EngineVersion = "llama.cpp v0.5.0",
                Model = "Cycler 3B",
                ModelSha256 = "0123456789abcdef",
                Confinement = "no network, no files, no new programs",
                PromptVersion = "digest 1",
                MessagesCovered = 3,
                MessagesRead = 3,
                Segments = 2,
                SegmentsFromCache = 1,
                PointsKept = 2,
                PointsDropped = new Dictionary<string, int>(StringComparer.Ordinal) { ["number"] = 2, ["link"] = 1, ["speaker"] = 0 },
                PromptTokens = 1234,
                GeneratedTokens = 56,
                EngineTime = TimeSpan.FromSeconds(7.4),
            },
        };
    }

    private static string Write(string name, Digest digest)
    {
        using var stream = new MemoryStream();
        Action<Digest, Stream> write = Path.GetExtension(name) switch
        {
            ".txt" => DigestWriter.WriteText,
            ".md" => DigestWriter.WriteMarkdown,
            ".html" => DigestWriter.WriteHtml,
            _ => DigestWriter.WriteJson,
        };
        write(digest, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Golden(string name, string actual)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Summaries", "golden", name);
        var expected = File.ReadAllText(path);
        if (expected != actual)
        {
            File.WriteAllText(path + ".actual", actual);
        }

        Assert.Equal(expected, actual);
    }
}
