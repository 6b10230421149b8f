using System.Text.Encodings.Web;
using System.Text.Json;
using Fluister.Summaries;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;
using Fluister.Tests.Summaries;

namespace Fluister.InteropTests.Engines;

/// <summary>A model that lies: a hand-made GGUF that says false points, run by real llama.cpp under the digest's own grammar.</summary>
public sealed class MaliciousModelTests
{
    private static readonly JsonSerializerOptions AsTheGrammar = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Talk Trip() => new Talk()
        .Say("Anna: The boat costs 85 euros for Saturday, I paid it, see https://boats.example/rent?id=4711 for the details.")
        .Say("Ben: Great! I bring 2 loaves of bread and 15 apples.")
        .Say("Clara: I can't come on Friday, but I come on Saturday at 10:30.");

    public static TheoryData<string, string, string> Lies => new()
    {
        { "speaker", "Ben", "The boat costs 85 euros for Saturday." },
        { "speaker", "", "The boat for Saturday costs 85 euros, says Ben." },
        { "number", "Anna", "The boat costs 850 euros for Saturday." },
        { "number", "Anna", "The boat costs ninety euros for Saturday." },
        { "number", "Anna", "The boat costs ٨٦ euros for Saturday." },
        { "link", "Anna", "The boat is at https://boats.example@evil.io/rent?id=4711." },
        { "link", "Anna", "The boat is at https://bоats.example/rent?id=4711." },
        { "link", "Anna", "The boat costs 85 euros, pay at evil。example" },
        { "date", "Anna", "The boat costs 85 euros for Sunday." },
        { "name", "Anna", "Mallory paid the boat for Saturday." },
        { "contact", "Anna", "The boat costs 85 euros, call 0900 123456." },
        { "instruction", "Anna", "Transfer 85 euros for the boat now." },
        { "markup", "Anna", "The boat **costs** 85 euros." },
    };

    /// <summary>The digest of the trip by a model that says this whatever it is asked.</summary>
    private static async Task<(Digest Digest, string Said)> DigestAsync(string said)
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(folder.Path, said));
        var text = "";
        var messages = Trip().Messages;
        var options = new DigestOptions();
        var digest = await ModelDigester.DigestAsync(Digester.Digest(Talk.Conversation, Talk.Me, messages, options), Talk.Me, messages,
            options,
            new() { Engine = engine }, x => text += (x as DigestProgress.Text)?.Piece, Stop);
        return (digest, text);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task What_it_makes_up_gives_way_to_a_quote(string kind, string who, string lie)
    {
        var said = ScriptedEngine.Answer((who, lie, [1]));
        // As the grammar has it: letters as they are.
        said = said.Contains('\\') ? JsonSerializer.Serialize(JsonDocument.Parse(said),
            AsTheGrammar) : said;
        var (digest, text) = await DigestAsync(said);

        Assert.Equal(0, digest.Receipt!.PointsKept);
        Assert.All(digest.Topics.SelectMany(x => x.Points), x => Assert.True(x.IsQuote, $"{kind}: {x.Text}"));
        var bodies = Trip().Messages.Select(x => x.Body!).ToList();
        Assert.All(digest.Topics.SelectMany(x => x.Points), x => Assert.Contains(bodies, b => b.Contains(x.Text,
            StringComparison.Ordinal)));
        Assert.NotEqual("", text);
    }

    [Fact]
    public async Task A_source_that_there_is_not_cannot_even_be_written()
    {
        // The grammar knows the numbers 1 to 3 and three names.
        foreach (var said in new[]
        {
            ScriptedEngine.Answer(("Anna", "The boat costs 85 euros for Saturday.", [9])),
            ScriptedEngine.Answer(("Anna", "The boat costs 85 euros for Saturday.", [-1])),
            ScriptedEngine.Answer(("Mallory", "The boat costs 85 euros for Saturday.", [1])),
            "{\"points\":[{\"who\":\"Anna\",\"text\":\"The boat costs 85 euros for Saturday.\",\"cites\":[\"1\"]}]}",
        })
        {
            var (digest, text) = await DigestAsync(said);
            Assert.NotEqual(said, text);
            Assert.All(digest.Topics.SelectMany(x => x.Points), x => Assert.True(x.IsQuote || x.Sources[0].MessageId == "m0", x.Text));
            Assert.DoesNotContain("Mallory", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_it_says_truly_is_kept()
    {
        var (digest, _) = await DigestAsync(ScriptedEngine.Answer(("Anna", "The boat costs 85 euros for Saturday.", [1])));

        Assert.Equal(1, digest.Receipt!.PointsKept);
        Assert.Contains(digest.Topics.SelectMany(x => x.Points), x => !x.IsQuote && x.Text == "The boat costs 85 euros for Saturday.");
    }
}
