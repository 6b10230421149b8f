using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Engines;
using Fluister.InteropTests.Cli;
using Fluister.Summaries;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;
using Fluister.Tests.Summaries;

namespace Fluister.InteropTests.Engines;

/// <summary>Digests from the message to the checked point, by real llama.cpp in its child.</summary>
public sealed class DigestPipelineTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Talk Club() => new Talk()
        .Say("Anna: Shall we ride to the lighthouse on Saturday?")
        .Say("Ben: Sounds good, the forecast promises sun and hardly any wind, and on the way back we can swim in the bay behind the "
            + "dunes where the water is warm in the afternoon, if nobody minds that the road there has no shade at all and many flies, "
            + "or we sit in the garden of the old inn and eat fish.")
        .Say("Robin: I can bring the repair kit and two spare tubes.")
        .Say("Anna: We decided to start at 9:30 from the old bridge, so please be on time.")
        .Say("Clara: The route is at https://example.org/route?id=7 and has sixty kilometres.");

    private static async Task<Digest> DigestAsync(List<Message> messages, Engine engine, Action<DigestProgress>? progress = null,
        ModelDigestOptions? model = null, CancellationToken cancel = default)
    {
        var options = new DigestOptions();
        return await ModelDigester.DigestAsync(Digester.Digest(Talk.Conversation, Talk.Me, messages, options), Talk.Me, messages, options,
            (model ?? new() { Engine = engine }) with { Engine = engine }, progress, cancel == default ? Stop : cancel);
    }

    [Fact]
    public async Task What_a_model_says_truly_is_told_and_what_it_makes_up_is_not()
    {
        const string Said = """
            {"points":[{"who":"Anna","text":"Anna says they start at 9:30 from the old bridge.","cites":[4]},
            {"who":"Clara","text":"The route is at https://evil.example/route.","cites":[5]},
            {"who":"Robin","text":"Robin brings the repair kit and two spare tubes.","cites":[3]}]}
            """;
        using var folder = new TemporaryFolder();
        var text = Said.ReplaceLineEndings("").Replace("},            {", "},{", StringComparison.Ordinal);
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(folder.Path, text));
        var pieces = new List<string>();

        var digest = await DigestAsync(Club().Messages, engine, x => pieces.Add((x as DigestProgress.Text)?.Piece ?? ""));

        Assert.Equal(
            ["Robin False Robin brings the repair kit and two spare tubes.",
                "Anna False Anna says they start at 9:30 from the old bridge.",
                "Clara True The route is at https://example.org/route?id=7 and has sixty kilometres."],
            digest.Topics.SelectMany(x => x.Points).Select(x => $"{x.Speaker!.Name} {x.IsQuote} {x.Text}"));
        Assert.Equal(text, string.Concat(pieces));
        var receipt = digest.Receipt!;
        Assert.Equal(("native", 2, 1, 1, 0), (receipt.Engine, receipt.PointsKept, receipt.PointsDropped.Values.Sum(), receipt.Segments,
            receipt.SegmentsFailed));
        Assert.Equal((5, 5, 64), (receipt.MessagesCovered, receipt.MessagesRead, receipt.ModelSha256!.Length));
        Assert.True(receipt.PromptTokens > 200 && receipt.GeneratedTokens > 20 && receipt.EngineTime > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_random_model_always_keeps_to_the_form_and_never_breaks_the_digest()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Tiny(folder.Path));
        var recorded = new RecordingEngine(engine);
        var messages = Month.Talk(3, 60);
        for (var seed = 0u; seed < 12; seed++)
        {
            var how = new ModelDigestOptions { Engine = engine, Seed = seed, Temperature = seed % 3 * 0.6f };
            var digest = await DigestAsync(messages, recorded, model: how);
            var byId = messages.ToDictionary(x => x.Id);
            Assert.Equal(0, digest.Receipt!.SegmentsFailed);
            foreach (var point in digest.Topics.SelectMany(x => x.Points))
            {
                Assert.All(point.Sources, x => Assert.Contains(x.Text, byId[x.MessageId].Body!, StringComparison.Ordinal));
                Assert.True(point.IsQuote, point.Text);
            }
        }

        Assert.NotEmpty(recorded.Answers);
        Assert.All(recorded.Answers, x => Assert.True(IsInForm(x.Text, x.Request, x.End), x.Text));
        Assert.Contains(recorded.Answers, x => x.End == CompletionEnd.Finished && x.Text.Contains("\"cites\":[", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_context_too_small_for_a_segment_is_used_in_parts()
    {
        using var folder = new TemporaryFolder();
        var path = TestModels.Canned(folder.Path, "{\"points\":[{\"who\":\"\",\"text\":\"They talk about the tent.\",\"cites\":[1]}]}");
        await using var engine = await NativeRig.StartAsync(path);
        var messages = Month.Talk(3, 150);

        var how = new ModelDigestOptions { Engine = engine, Preselection = 1, MaximumAnswerTokens = 100 };
        var whole = await DigestAsync(messages, engine, model: how);
        var parts = await DigestAsync(messages, engine, model: how with { MaximumPromptTokens = 900 });

        Assert.True(parts.Receipt!.Segments > whole.Receipt!.Segments, $"{parts.Receipt.Segments} of {whole.Receipt.Segments}");
        Assert.Equal((0, 150), (parts.Receipt.SegmentsFailed, parts.Receipt.MessagesRead));
    }

    [Fact]
    public async Task An_engine_killed_in_the_middle_leaves_a_digest_with_quotes()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(folder.Path,
            "{\"points\":[{\"who\":\"\",\"text\":\"They talk about nothing at all.\",\"cites\":[1]}]}"));
        var messages = Month.Talk(3, 400);
        var done = 0;

        var digest = await DigestAsync(messages, engine, x =>
        {
            if (x is DigestProgress.SegmentDone && ++done == 3)
            {
                FluisterProgram.Signal(engine.ProcessId, FluisterProgram.Kill);
            }
        });

        Assert.InRange(digest.Receipt!.SegmentsFailed, 1, digest.Receipt.Segments - 3);
        Assert.NotEmpty(digest.Topics.SelectMany(x => x.Points));
        Assert.All(digest.Topics.SelectMany(x => x.Points), x => Assert.True(x.IsQuote));
    }

    [Fact]
    public async Task Who_cancels_while_a_model_speaks_is_obeyed_and_the_engine_lives_on()
    {
        using var folder = new TemporaryFolder();
        var path = TestModels.Canned(folder.Path, "{\"points\":[{\"who\":\"\",\"text\":\"" + new string('a', 200));
        await using var engine = await NativeRig.StartAsync(path);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DigestAsync(Month.Talk(3, 200), engine, x =>
        {
            if (x is DigestProgress.Text)
            {
                cancel.Cancel();
            }
        }, cancel: cancel.Token));

        Assert.Equal(5, (await DigestAsync(Club().Messages, engine)).Receipt!.MessagesRead);
    }

    /// <summary>As the schema says, whole or cut off. Bytes that are no UTF-8 are U+FFFD each.</summary>
    private static bool IsInForm(string text, CompletionRequest request, CompletionEnd end)
    {
        if (end == CompletionEnd.Length)
        {
            return text.StartsWith("{\"points\":[", StringComparison.Ordinal);
        }

        using var document = JsonDocument.Parse(text);
        using var schema = JsonDocument.Parse(request.JsonSchema!);
        var items = schema.RootElement.GetProperty("properties").GetProperty("points").GetProperty("items").GetProperty("properties");
        var who = items.GetProperty("who").GetProperty("enum").EnumerateArray().Select(x => x.GetString()).ToList();
        var cites = items.GetProperty("cites").GetProperty("items").GetProperty("enum").EnumerateArray().Select(x => x.GetInt32()).ToList();
        return document.RootElement.EnumerateObject().Count() == 1 && document.RootElement.GetProperty("points").EnumerateArray().All(x =>
            x.EnumerateObject().Select(m => m.Name).SequenceEqual(["who", "text", "cites"])
            && who.Contains(x.GetProperty("who").GetString())
            && x.GetProperty("text").GetString()!.EnumerateRunes().Count(r => r.Value != 0xFFFD) <= 240
            && x.GetProperty("cites").EnumerateArray().Select(c => c.GetInt32()).ToList() is { Count: >= 1 and <= 4 } cited
            && cited.TrueForAll(cites.Contains));
    }

    /// <summary>Lets a test see what a real engine was asked and said.</summary>
    private sealed class RecordingEngine(Engine engine) : Engine
    {
        public List<(CompletionRequest Request, string Text, CompletionEnd End)> Answers { get; } = [];

        public override EngineDescription Description => engine.Description;

        public override Task<int> CountTokensAsync(Prompt prompt, CancellationToken cancel) => engine.CountTokensAsync(prompt, cancel);

        public override async Task<Completion> CompleteAsync(CompletionRequest request, Action<string>? onText, CancellationToken cancel)
        {
            var completion = await engine.CompleteAsync(request, onText, cancel);
            Answers.Add((request, completion.Text, completion.End));
            return completion;
        }

        public override ValueTask DisposeAsync() => engine.DisposeAsync();
    }
}
