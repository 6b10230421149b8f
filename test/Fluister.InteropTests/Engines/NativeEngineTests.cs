using System.Text;
using System.Text.Json;
using Fluister.Engines;
using Fluister.Engines.Native;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>Completions of real llama.cpp, in a child.</summary>
public sealed class NativeEngineTests
{
    private const string Said = "{\"points\":[{\"text\":\"Anna brings the 🎂 to the café, naïvely.\",\"cites\":[1,2]}]}";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_described_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var path = TestModels.Canned(folder.Path, Said, new() { Name = "parrot" });
        await using var engine = await NativeRig.StartAsync(path);

        Assert.Equal("native", engine.Description.Kind);
        Assert.Equal("parrot", engine.Description.Model);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))),
            engine.Description.ModelSha256);
        Assert.Equal(2048, engine.Description.ContextTokens);
        Assert.Equal(1, engine.Description.Threads);
        Assert.Contains("the model's chat template", engine.Description.Version, StringComparison.Ordinal);
        Assert.True(engine.Description.GenerationSpeed > 0);
        Assert.True(engine.Description.PromptSpeed > 0);
    }

    [Fact]
    public async Task A_canned_model_says_its_text_in_whole_characters_with_and_without_a_grammar()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(folder.Path, Said));
        foreach (var grammar in (string?[])[null, "root ::= [^\\x00]*"])
        {
            var pieces = new List<string>();
            var completion = await engine.CompleteAsync(NativeRig.Request("What happened?") with { Grammar = grammar }, pieces.Add, Stop);

            Assert.Equal(Said, completion.Text);
            Assert.Equal(Said, string.Concat(pieces));
            Assert.True(pieces.Count > 5);
            Assert.All(pieces, piece => Assert.True(IsWhole(piece)));
            Assert.Equal(CompletionEnd.Finished, completion.End);
            Assert.Equal(await engine.CountTokensAsync(NativeRig.Request("What happened?").Prompt, Stop), completion.PromptTokens);
        }
    }

    [Fact]
    public async Task At_the_most_tokens_a_text_ends()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(folder.Path, Said));

        var completion = await engine.CompleteAsync(NativeRig.Request("Go on.", tokens: 3), null, Stop);

        Assert.Equal(CompletionEnd.Length, completion.End);
        Assert.Equal(3, completion.GeneratedTokens);
        Assert.StartsWith(completion.Text, Said, StringComparison.Ordinal);
        Assert.NotEqual("", completion.Text);
    }

    [Fact]
    public async Task What_a_prompt_shares_with_the_one_before_is_not_worked_out_again()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Tiny(folder.Path));
        var shared = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"message {i}"));

        var first = await engine.CompleteAsync(NativeRig.Request(shared + " one", 8), null, Stop);
        var second = await engine.CompleteAsync(NativeRig.Request(shared + " two", 8), null, Stop);
        await engine.CompleteAsync(NativeRig.Request("something else", 8), null, Stop);
        var fresh = await engine.CompleteAsync(NativeRig.Request(shared + " two", 8), null, Stop);

        Assert.InRange(first.CachedTokens, 0, first.PromptTokens / 10);
        Assert.InRange(second.CachedTokens, second.PromptTokens * 9 / 10, second.PromptTokens - 1);
        Assert.InRange(fresh.CachedTokens, 0, fresh.PromptTokens / 10);
        Assert.Equal(fresh.Text, second.Text);
    }

    [Fact]
    public async Task A_random_model_keeps_to_a_grammar_whatever_the_seed()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Tiny(folder.Path));
        var texts = new HashSet<string>();
        for (var seed = 0u; seed < 60; seed++)
        {
            var request = NativeRig.Request("List them.", tokens: 400) with
            {
                Grammar = NativeRig.ListGrammar,
                Temperature = seed % 3 * 0.7f,
                Seed = seed,
            };
            var completion = await engine.CompleteAsync(request, piece => Assert.True(IsWhole(piece)), Stop);
            texts.Add(completion.Text);
            if (completion.End == CompletionEnd.Finished)
            {
                Assert.All(JsonDocument.Parse(completion.Text).RootElement.EnumerateArray(), item =>
                    Assert.Matches("^[a-z äöü]{2,12}$", item.GetProperty("t").GetString()));
            }
            else
            {
                Assert.Equal(400, completion.GeneratedTokens);
                Assert.StartsWith("[", completion.Text, StringComparison.Ordinal);
            }
        }

        Assert.True(texts.Count > 30, $"{texts.Count} different texts");
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_text_and_another_another()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Tiny(folder.Path));
        async Task<string> SayAsync(uint seed) =>
            (await engine.CompleteAsync(NativeRig.Request("Say.", 60) with { Temperature = 1, Seed = seed }, null, Stop)).Text;

        var one = await SayAsync(1);

        Assert.Equal(one, await SayAsync(1));
        Assert.NotEqual(one, await SayAsync(2));
    }

    [Fact]
    public async Task A_grammar_that_cannot_be_read_or_followed_ends_in_words_and_the_engine_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(folder.Path, Said));

        var error = await Assert.ThrowsAsync<EngineException>(
            () => engine.CompleteAsync(NativeRig.Request("?") with { Grammar = "root ::= nowhere" }, null, Stop));
        // No token has a zero byte, so nothing can follow.
        var dead = await engine.CompleteAsync(NativeRig.Request("?") with { Grammar = "root ::= \"{\\\"\" [\\x00]" }, null, Stop);
        var after = await engine.CompleteAsync(NativeRig.Request("?"), null, Stop);

        Assert.Equal(EngineError.Protocol, error.Error);
        Assert.Equal(CompletionEnd.Length, dead.End);
        Assert.StartsWith(dead.Text, "{\"", StringComparison.Ordinal);
        Assert.Equal(Said, after.Text);
    }

    [Fact]
    public async Task A_prompt_longer_than_the_context_is_told_in_numbers_before_any_work()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Tiny(folder.Path));
        var prompt = NativeRig.Request(string.Join(' ', Enumerable.Repeat("words", 2000)));

        var error = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(prompt, null, Stop));

        Assert.Equal(EngineError.ContextOverflow, error.Error);
        Assert.Contains("2048", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{await engine.CountTokensAsync(prompt.Prompt, Stop)}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("words", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_fills_the_context_ends_there()
    {
        using var folder = new TemporaryFolder();
        var path = TestModels.Canned(folder.Path, Said, new() { IsEndless = true });
        await using var engine = await NativeEngine.StartAsync(NativeRig.Options(path) with { ContextTokens = 512 }, Stop);

        var completion = await engine.CompleteAsync(NativeRig.Request("Go on."), null, Stop);

        Assert.Equal(CompletionEnd.Length, completion.End);
        Assert.InRange(completion.PromptTokens + completion.GeneratedTokens, 512, 513);
        Assert.StartsWith(Said + Said[..10], completion.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_stops_a_text_and_the_engine_goes_on()
    {
        using var folder = new TemporaryFolder();
        var path = TestModels.Canned(folder.Path, Said, new() { IsEndless = true });
        await using var engine = await NativeEngine.StartAsync(NativeRig.Options(path) with { ContextTokens = 30000 }, Stop);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var pieces = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.CompleteAsync(
            NativeRig.Request("Go on.", 25000),
            _ =>
            {
                if (++pieces == 20)
                {
                    cancel.Cancel();
                }
            },
            cancel.Token));

        var after = await engine.CompleteAsync(NativeRig.Request("Again.", 4), null, Stop);

        Assert.StartsWith(after.Text, Said, StringComparison.Ordinal);
        Assert.Equal(20, pieces);
        Assert.InRange(engine.PassedOver, 0, 10000);
    }

    [Fact]
    public async Task Cancelling_stops_a_long_prompt_and_the_engine_goes_on()
    {
        using var folder = new TemporaryFolder();
        var path = TestModels.Tiny(folder.Path);
        await using var engine = await NativeEngine.StartAsync(NativeRig.Options(path) with { ContextTokens = 30000 }, Stop);
        var request = NativeRig.Request(string.Join(' ', Enumerable.Repeat("words", 7000)), 1);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        cancel.CancelAfter(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => engine.CompleteAsync(request, null, cancel.Token));

        var after = await engine.CompleteAsync(request, null, Stop);

        Assert.InRange(after.CachedTokens, 0, after.PromptTokens - 1000);
    }

    [Fact]
    public async Task An_engine_killed_in_the_middle_is_told_as_crashed()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Canned(folder.Path, Said, new() { IsEndless = true }));
        var pieces = 0;

        var error = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(NativeRig.Request("Go on."), _ =>
        {
            if (++pieces == 5)
            {
                FluisterProgram.Signal(engine.ProcessId, FluisterProgram.Kill);
            }
        }, Stop));
        var again = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(NativeRig.Request("Go on."), null, Stop));

        Assert.Equal(EngineError.Crashed, error.Error);
        Assert.Equal(EngineError.Crashed, again.Error);
    }

    [Fact]
    public async Task Quantizing_makes_a_smaller_model_that_runs_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var model = TestModels.Tiny(folder.Path);
        var output = folder.In("small.gguf");
        var shares = new List<double>();

        await NativeEngine.QuantizeAsync(NativeRig.Options(model), output, "q8_0", shares.Add, Stop);

        Assert.True(new FileInfo(output).Length < new FileInfo(model).Length / 2);
        Assert.Equal(1, shares[^1]);
        Assert.Equal(shares.Order(), shares);
        Assert.Equal([Path.GetFileName(model), "small.gguf"], folder.Entries());
        await using var engine = await NativeRig.StartAsync(output);
        Assert.NotEqual("", (await engine.CompleteAsync(NativeRig.Request("Say.", 10), null, Stop)).Text);
    }

    private static bool IsWhole(string piece) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(piece)) == piece && !piece.Contains('\uFFFD', StringComparison.Ordinal);
}
