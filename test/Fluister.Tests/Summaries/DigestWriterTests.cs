using System.Text;
using System.Text.Json;
using Fluister.Summaries;

namespace Fluister.Tests.Summaries;

public sealed class DigestWriterTests
{
    private static string Write(Action<Digest, Stream> write, Digest digest)
    {
        using var stream = new MemoryStream();
        write(digest, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static Digest Small() => new Talk().Say("Anna: See *this* at http://example.org/_a_?x=1&y=2 tomorrow.").Digest();

    [Fact]
    public void Text_names_speaker_time_and_message()
    {
        var text = Write(DigestWriter.WriteText, Small());
        Assert.StartsWith("Cycling <club>\n2026-10-01 09:01 · 1 message · 1 person\n  Anna: 1 message, 5 words (100 %)\n", text,
            StringComparison.Ordinal);
        Assert.Contains("“See *this* at http://example.org/_a_?x=1&y=2 tomorrow.” Anna, 2026-10-01 09:01 "
            + "[m0]", text, StringComparison.Ordinal);
        Assert.Contains("2026-10-02 Fri  “See", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_takes_no_markup_from_messages()
    {
        var text = Write(DigestWriter.WriteMarkdown, Small());
        Assert.Contains(@"> See \*this\* at http\://example\.org/\_a\_?x\=1\&y\=2 tomorrow\. (Anna, 2026-10-01 09:01, `m0`)", text,
            StringComparison.Ordinal);
        Assert.StartsWith(@"# Cycling \<club\>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_is_one_page_that_may_load_nothing()
    {
        var text = Write(DigestWriter.WriteHtml, Small());
        Assert.Contains("content=\"default-src 'none';", text, StringComparison.Ordinal);
        Assert.Contains("<title>Cycling &lt;club&gt;</title>", text, StringComparison.Ordinal);
        Assert.Contains("href=\"http://example.org/_a_?x=1&amp;y=2\"", text, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", text, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", text.Replace("default-src", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_every_member_of_its_version()
    {
        using var json = JsonDocument.Parse(Write(DigestWriter.WriteJson, Small()));
        Assert.Equal(
            ["schema", "conversation", "ask", "from", "to", "timeZone", "language", "messageCount", "activity", "topics",
                "answerPoints", "answers", "decisions", "openQuestions",
                "mentionsOfMe", "dates", "links", "files", "omitted", "receipt"],
            json.RootElement.EnumerateObject().Select(x => x.Name));
        var quote = json.RootElement.GetProperty("topics")[0].GetProperty("quotes")[0];
        Assert.Equal(["messageId", "speaker", "sentAt", "text", "score"], quote.EnumerateObject().Select(x => x.Name));
        Assert.Equal("2026-10-01T09:01:00.000Z", quote.GetProperty("sentAt").GetString());
        Assert.Equal("2026-10-02", json.RootElement.GetProperty("dates")[0].GetProperty("day").GetString());
    }

    [Fact]
    public void What_was_left_out_and_what_was_not_found_is_said()
    {
        var digest = Digester.Digest(Talk.Conversation, Talk.Me, [], new() { Ask = "What?", OmittedDisappearing = 3, OmittedViewOnce = 1 });
        foreach (var write in new Action<Digest, Stream>[] { DigestWriter.WriteText, DigestWriter.WriteMarkdown, DigestWriter.WriteHtml })
        {
            var text = Write(write, digest);
            Assert.Contains("3 disappearing messages", text, StringComparison.Ordinal);
            Assert.Contains("1 view-once message", text, StringComparison.Ordinal);
            Assert.Contains("Nothing in these messages speaks of it.", text, StringComparison.Ordinal);
            Assert.Contains("No messages.", text, StringComparison.Ordinal);
        }
    }
}
