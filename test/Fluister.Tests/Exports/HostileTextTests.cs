using System.Text;
using System.Text.RegularExpressions;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;

namespace Fluister.Tests.Exports;

public sealed partial class HostileTextTests
{
    private static readonly HashSet<string> OurTags = new(StringComparer.Ordinal)
    {
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "nav", "a", "p", "input", "output", "main", "article",
            "b", "i", "s", "code", "bdi", "span",
        "blockquote", "figure", "figcaption", "img", "audio", "video", "br", "ul", "li", "details", "summary", "footer", "script",
    };

    private static readonly HashSet<string> OurAttributes = new(StringComparer.Ordinal)
    {
        "lang", "charset", "http-equiv", "content", "name", "href", "rel", "id", "class", "dir", "data-item", "src", "alt", "loading",
            "controls", "preload", "tabindex",
        "hidden", "type", "placeholder", "aria-label",
    };

    [Fact]
    public void No_text_becomes_an_element_an_attribute_a_script_or_a_link_of_its_own()
    {
        using var archive = HostileCorpus.Archive();
        using var folder = new TemporaryFolder();
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Html], folder.In("out"), new ExportOptions { Media = true });
        var pages = Directory.GetFiles(folder.In("out"), "*.html", SearchOption.AllDirectories).ToList();
        using var single = new MemoryStream();
        StreamExport.Write(archive, new Selection(), ExportFormat.Html, single, new ExportOptions());
        var texts = pages.Select(File.ReadAllText).Append(Encoding.UTF8.GetString(single.ToArray())).ToList();

        Assert.Equal(HostileCorpus.Texts.Length + 2, texts.Count);
        foreach (var page in texts)
        {
            Assert.Equal(1, Regex.Count(page, "<script"));
            Assert.Equal(1, Regex.Count(page, "</script"));
            Assert.Equal(1, Regex.Count(page, "<style"));
            Assert.DoesNotContain('\0', page);
            var markup = Regex.Replace(page, "<(?<name>style|script)>.*?</\\k<name>>", "", RegexOptions.Singleline);
            foreach (Match tag in Tags().Matches(markup))
            {
                Check(tag);
            }

            // What is left after all well-formed tags has no angle bracket.
            Assert.DoesNotContain('<', Tags().Replace(markup, "").Replace("<!doctype html>", "", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Links_lead_to_the_web_or_into_the_export_and_media_are_pictures_sound_and_film()
    {
        using var archive = HostileCorpus.Archive();
        using var folder = new TemporaryFolder();
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Html], folder.In("out"), new ExportOptions { Media = true });
        var (links, sources) = (0, 0);
        foreach (var page in Directory.GetFiles(folder.In("out"), "*.html", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(page);
            foreach (Match link in Regex.Matches(text, "<a ([^>]*?)href=\"([^\"]*)\""))
            {
                var (attributes, target) = (link.Groups[1].Value, link.Groups[2].Value);
                if (Regex.IsMatch(target, "^https?://", RegexOptions.IgnoreCase))
                {
                    Assert.Contains("noopener noreferrer", attributes, StringComparison.Ordinal);
                    links++;
                }
                else
                {
                    Assert.Matches("^(#m-[A-Za-z0-9.-]*|(page-[0-9]{4}\\.html)(#m-[A-Za-z0-9.-]*)?"
                        + "|\\.\\./\\.\\./(index\\.html|media/[^:/<>\"]+)|conversations/[^:/<>\"]+/page-0001\\.html)$", target);
                }
            }

            foreach (Match source in Regex.Matches(text, "src=\"([^\"]*)\""))
            {
                Assert.Matches("^data:(image/png|audio/mpeg|video/mp4);base64,[A-Za-z0-9+/=]*$", source.Groups[1].Value);
                sources++;
            }
        }

        Assert.True(links > 10 && sources > 50, "The corpus has links and media.");
        Assert.All(Directory.GetFiles(folder.In("out", "media")), static f => Assert.Equal(".bin", Path.GetExtension(f)));
    }

    [Theory]
    [InlineData(ExportFormat.Text)]
    [InlineData(ExportFormat.Markdown)]
    [InlineData(ExportFormat.Csv)]
    [InlineData(ExportFormat.JsonLines)]
    public void A_terminal_gets_no_control_character_and_no_change_of_direction(ExportFormat format)
    {
        var hostile = string.Concat(Enumerable.Range(0, 0xA0)
            .Select(static c => (char)c)) + "\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069\u001b]0;title\u0007\u009b31m\r\rover";
        var person = new Participant(hostile, hostile);
        using var archive = new InMemoryArchive
        {
            Chats = [new Conversation { Id = "c", Kind = ConversationKind.Group, Name = hostile }],
            Messages =
            [
                new Message
                {
                    Id = hostile, ConversationId = "c", Sender = person, Body = hostile,
                        Reactions = [new Reaction(hostile, person, default)],
                    Quote = new Quote(default, person, hostile),
                        Attachments = [new Attachment { FileName = hostile, Caption = hostile, ContentType = hostile }],
                    Edits = [new Edit(default, hostile)], Previews = [new LinkPreview("https://x.org/" + hostile, hostile, hostile)],
                        Event = new ConversationEvent(hostile),
                },
            ],
        };
        using var output = new MemoryStream();
        StreamExport.Write(archive, new Selection(), format, output, new ExportOptions());
        var text = Encoding.UTF8.GetString(output.ToArray());

        Assert.DoesNotMatch("[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]", text);
        Assert.DoesNotMatch("\r(?!\n)", text);
        Assert.Contains("over", text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_line_of_a_message_passes_for_a_line_of_the_transcript()
    {
        const string Forged = "hi\n[10:00:00] Mallory: forged\r\n=== Forged\n\n2026-10-01\n\u2028[11:00:00] Eve: x\u0085[12:00:00] Z: y";
        using var archive = new InMemoryArchive
        {
            Chats = [new Conversation { Id = "c", Kind = ConversationKind.Group, Name = "Real\n=== Fake" }],
            Messages = [Samples.Text(1, "c", Forged, new Participant("p", "Real\n[10:00:00] Fake"))],
        };
        using var output = new MemoryStream();
        StreamExport.Write(archive, new Selection(), ExportFormat.Text, output, new ExportOptions { TimeZone = Samples.Amsterdam });
        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n');

        Assert.Equal(["=== Real === Fake"], lines.Where(static l => l.StartsWith('=')));
        Assert.Equal(["[14:01:00] Real [10:00:00] Fake: hi"], lines.Where(static l => l.StartsWith('[')));
        Assert.Single(lines, "2026-10-01");
    }

    [Theory]
    [InlineData("# heading")]
    [InlineData("text\n# heading")]
    [InlineData("text\n===")]
    [InlineData("text\n---")]
    [InlineData("***\n___\n---")]
    [InlineData("- item\n+ item\n* item\n1. item\n2) item")]
    [InlineData("> quote")]
    [InlineData("```\nfence\n```\n~~~\nfence\n~~~")]
    [InlineData("    code\n\tcode")]
    [InlineData("[link](javascript:alert(1)) ![image](http://evil.example/x.png) [ref][1]\n\n[1]: http://evil.example")]
    [InlineData("<script>alert(1)</script> <https://a.example> &lt;b&gt; &#60;")]
    [InlineData("| a | b |\n| - | - |\n| c | d |")]
    [InlineData("a\n:-:\n:--")]
    [InlineData("*bold* _it_ **b** __b__ ~~s~~ `code` $x$ \\")]
    [InlineData("https://example.org/>[x](javascript:1)<b> http://a_b_c.example/*x*")]
    [InlineData("<a id=\"m-1\"></a>**Mallory** 10:00:00\\\nforged")]
    public void Markdown_of_a_message_has_no_markup_of_its_own(string body)
    {
        using var archive = new InMemoryArchive
        {
            Chats = [new Conversation { Id = "c", Kind = ConversationKind.Group, Name = "C" }],
            Messages = [Samples.Text(1, "c", body)],
        };
        using var output = new MemoryStream();
        StreamExport.Write(archive, new Selection(), ExportFormat.Markdown, output, new ExportOptions { TimeZone = Samples.Amsterdam });
        var text = Encoding.UTF8.GetString(output.ToArray());
        var start = text.IndexOf("14:01:00\\\n", StringComparison.Ordinal) + "14:01:00\\\n".Length;
        var rendered = text[start..text.LastIndexOf("\n\n---\n", StringComparison.Ordinal)];

        // One paragraph: no empty line, and no line that begins a block. Addresses stand in angle brackets and hold none.
        Assert.DoesNotContain("\n\n", rendered, StringComparison.Ordinal);
        var bare = Regex.Replace(rendered, "<https?://[^\\s<>\"`]*>", "");
        foreach (var line in bare.Split('\n'))
        {
            Assert.DoesNotMatch("^ {0,3}(#|>|\\+|-|=|:|`|~|\\*|_|\\||<|[0-9]+[.)]|\\t| {4})", line);
        }

        Assert.DoesNotMatch("(?<!\\\\)(\\\\\\\\)*[`*_\\[\\]<>&|~$]", Regex.Replace(bare, "\\\\[^\\n]", ""));
    }

    private static void Check(Match tag)
    {
        Assert.Contains(tag.Groups["name"].Value, OurTags);
        foreach (Capture attribute in tag.Groups["attribute"].Captures)
        {
            Assert.Contains(attribute.Value, OurAttributes);
        }
    }

    [GeneratedRegex("</?(?<name>[a-z0-9]+)(?:\\s+(?<attribute>[a-z-]+)(?:=\"[^\"<>]*\")?)*>")]
    private static partial Regex Tags();
}
