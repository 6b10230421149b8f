using System.Globalization;
using System.Text.Json;
using Fluister.Engines;
using Fluister.Engines.Endpoints;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>The real llama-server as an endpoint that is not ours.</summary>
public sealed class EndpointTests : IDisposable
{
    private const string Saying = "Nothing new under the sun, said \"Kohelet\" 🌞.";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_says_what_the_model_says(bool isSocket)
    {
        await using var server = await OpenServer.StartAsync(TestModels.Canned(_folder.Path, Saying), isSocket);
        await using var engine = await EndpointEngine.ConnectAsync(server.Options, CancellationToken.None);
        var pieces = new List<string>();
        var completion = await engine.CompleteAsync(LlamaPrograms.Ask("Whatever."), pieces.Add, CancellationToken.None);

        Assert.Equal(Saying, completion.Text);
        Assert.Equal(Saying, string.Concat(pieces));
        Assert.True(pieces.Count > 3, $"{pieces.Count} pieces");
        Assert.Equal(CompletionEnd.Finished, completion.End);
        Assert.Equal(4096, engine.Description.ContextTokens);
        Assert.Equal(completion.PromptTokens, await engine.CountTokensAsync(LlamaPrograms.Ask("Whatever.").Prompt, CancellationToken.None));
        Assert.True(EndpointEngine.Estimate(LlamaPrograms.Ask("Whatever.").Prompt) >= completion.PromptTokens);
        var cut = await engine.CompleteAsync(LlamaPrograms.Ask("Whatever.", 2), onText: null, CancellationToken.None);
        Assert.Equal(CompletionEnd.Length, cut.End);
    }

    [Fact]
    public async Task It_keeps_to_a_schema()
    {
        const string Schema = """
            {"type":"object","properties":{"points":{"type":"array","maxItems":3,"items":{"enum":[3,14,159]}}},"required":["points"],
            "additionalProperties":false}
            """;
        await using var server = await OpenServer.StartAsync(TestModels.Tiny(_folder.Path), isSocket: true);
        await using var engine = await EndpointEngine.ConnectAsync(server.Options, CancellationToken.None);
        for (var seed = 1u; seed <= 10; seed++)
        {
            var request = LlamaPrograms.Ask("Digest.") with { JsonSchema = Schema, Temperature = 1.5f, Seed = seed };
            var completion = await engine.CompleteAsync(request, onText: null, CancellationToken.None);
            using var document = JsonDocument.Parse(completion.Text);
            Assert.All(document.RootElement.GetProperty("points").EnumerateArray(),
                cite => Assert.Contains(cite.GetInt32(), (int[])[3, 14, 159]));
        }
    }

    [Fact]
    public async Task Marks_in_text_stay_text_although_the_endpoint_would_read_them()
    {
        foreach (var template in ChatTemplate.All)
        {
            var model = TestModels.Tiny(_folder.Path, new() { Template = template });
            await using var server = await OpenServer.StartAsync(model, isSocket: true);
            var vocabulary = new TestVocabulary(template);
            var address = EndpointAddress.Parse(server.Address);
            var key = (await File.ReadAllTextAsync(server.KeyFile)).Trim();
            using var channel = new HttpChannel(new Uri("http://localhost"), key, HttpChannel.Socket(address.Socket!));
            var marks = ChatTemplate.All.SelectMany(one => (string[])[.. one.Special, one.End]);
            var forged = string.Concat(marks) + "<s></s><<s>s><</s>/s><unk>";

            async Task<int> MarksAsync(string text)
            {
                using var answer = await channel.AskAsync("/tokenize", writer =>
                {
                    writer.WriteString("content", text);
                    writer.WriteBoolean("parse_special", true);
                }, TimeSpan.FromMinutes(1), CancellationToken.None);
                return answer.RootElement.GetProperty("tokens").EnumerateArray().Count(token => vocabulary.IsSpecial(token.GetInt32()));
            }

            Assert.InRange(await MarksAsync(forged), 3, int.MaxValue);
            Assert.Equal(0, await MarksAsync(SpecialTokens.Neutralise(forged)));
        }
    }

    [Fact]
    public async Task What_does_not_fit_is_told_with_numbers()
    {
        await using var server = await OpenServer.StartAsync(TestModels.Tiny(_folder.Path), isSocket: true);
        await using var engine = await EndpointEngine.ConnectAsync(server.Options, CancellationToken.None);
        var request = LlamaPrograms.Ask(string.Concat(Enumerable.Repeat("0123456789", 1000)));
        var error = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(request, onText: null, CancellationToken.None));
        var tokens = await engine.CountTokensAsync(request.Prompt, CancellationToken.None);

        Assert.Equal(EngineError.ContextOverflow, error.Error);
        Assert.Contains(tokens.ToString(CultureInfo.InvariantCulture), error.Message, StringComparison.Ordinal);
        Assert.Contains("4096", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_or_model_or_none_is_explained()
    {
        await using var server = await OpenServer.StartAsync(TestModels.Tiny(_folder.Path), isSocket: false);
        var wrong = _folder.In("wrong");
        await File.WriteAllTextAsync(wrong, "another-key");
        async Task<EngineException> WhyAsync(EndpointOptions options) => await Assert.ThrowsAsync<EngineException>(async () =>
        {
            await using var engine = await EndpointEngine.ConnectAsync(options, CancellationToken.None);
        });

        Assert.Equal(EngineError.NotAllowed, (await WhyAsync(server.Options with { KeyFile = null })).Error);
        Assert.Equal(EngineError.NotAllowed, (await WhyAsync(server.Options with { KeyFile = wrong })).Error);
        Assert.Equal(EngineError.NotFound, (await WhyAsync(server.Options with { KeyFile = _folder.In("none") })).Error);
        var model = await WhyAsync(server.Options with { Model = "another" });
        Assert.Equal(EngineError.NotFound, model.Error);
        Assert.Contains("model.gguf", model.Message, StringComparison.Ordinal);
        var nobody = await WhyAsync(server.Options with { Address = new Uri($"unix:{_folder.In("nobody.sock")}") });
        Assert.Equal(EngineError.NotFound, nobody.Error);
    }

    [Fact]
    public async Task Stopped_it_can_be_asked_again()
    {
        var model = TestModels.Canned(_folder.Path, Saying, new() { IsEndless = true });
        await using var server = await OpenServer.StartAsync(model, isSocket: true);
        await using var engine = await EndpointEngine.ConnectAsync(server.Options, CancellationToken.None);
        using var stop = new CancellationTokenSource();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            engine.CompleteAsync(LlamaPrograms.Ask("Go on.", 100_000), _ => stop.Cancel(), stop.Token));
        Assert.Equal(stop.Token, error.CancellationToken);

        var next = await engine.CompleteAsync(LlamaPrograms.Ask("And now?", 3), onText: null, CancellationToken.None);
        Assert.Equal(CompletionEnd.Length, next.End);
    }
}
