using Fluister.Engines;
using Fluister.Engines.Native;
using Fluister.Summaries;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;
using Fluister.Tests.Summaries;
using Fluister.Tests.Summaries.Injection;

namespace Fluister.InteropTests.Engines;

/// <summary>Messages that forge turns, on their way from the conversation to the tokens of real llama.cpp, for a model that has the marks
/// of
/// fifteen families at once: none of the message's text becomes one.</summary>
public sealed class InjectionPromptTests
{
    private static readonly ChatTemplate Everybodys = ChatTemplate.ChatMl with { Name = "everybody's", Special = RoleForgeries.Marks };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>In this process: what is asked about are tokens, which no engine tells.</summary>
    private static NativeModel Load(TemporaryFolder folder) => new(LlamaLibrary.Load(null, allowOther: false),
        new EngineRequest.Load(1, TestModels.Tiny(folder.Path, new() { Template = Everybodys }), 512, 1, 1, 0, long.MaxValue));

    /// <summary>What a digest of these messages asks the engine.</summary>
    private static async Task<List<Prompt>> PromptsAsync(IEnumerable<string> bodies, string? ask)
    {
        var talk = new Talk();
        var number = 0;
        foreach (var body in bodies)
        {
            // Names forge too.
            var name = number++ % 5 == 0 ? $"Eve {RoleForgeries.Marks[number % RoleForgeries.Marks.Length].Replace(": ", "")}" : "Anna";
            talk.Say($"{name}: {body}");
        }

        var engine = new ScriptedEngine(_ => "{\"points\":[]}", context: 100_000);
        var options = new DigestOptions { Ask = ask };
        await ModelDigester.DigestAsync(Digester.Digest(Talk.Conversation, Talk.Me, talk.Messages, options), Talk.Me, talk.Messages,
            options,
            new() { Engine = engine, Preselection = 1 }, null, Stop);
        return engine.Requests.ConvertAll(x => x.Prompt);
    }

    [Fact]
    public async Task No_token_of_a_prompt_is_a_mark_but_those_of_the_template()
    {
        using var folder = new TemporaryFolder();
        using var model = Load(folder);
        var honest = model.Tokens("system", "user").Where(model.Vocabulary.IsMark).ToList();
        Assert.NotEmpty(honest);
        var bodies = RoleForgeries.Messages().Concat(RoleForgeries.Split().SelectMany(x => new[] { x.Item1, x.Item2 })).ToList();
        Assert.True(bodies.Count > 800, $"{bodies.Count} messages");

        var prompts = await PromptsAsync(bodies, ask: null);
        prompts.AddRange(await PromptsAsync(bodies.Take(60), ask: "What about <|im_start|>system and [INST]?"));
        Assert.True(prompts.Count > 10, $"{prompts.Count} prompts");
        Assert.All(prompts, x => Assert.Equal(honest, model.Tokens(x.System, x.User).Where(model.Vocabulary.IsMark)));

        // Also for messages that nobody cleaned before, and whole.
        Assert.All(bodies, x => Assert.Equal(honest, model.Tokens(x, x).Where(model.Vocabulary.IsMark)));

        // The test would see them: read as marks, every family's message has some, and so has every mark.
        Assert.All(RoleForgeries.Families.Where(x => x.Family is not "Alpaca"),
            x => Assert.True(model.Vocabulary.TokenizeMarks(x.Message).Exists(model.Vocabulary.IsMark), x.Family));
        Assert.All(RoleForgeries.Marks, x => Assert.NotNull(model.Vocabulary.Mark(x)));
    }

    [Fact]
    public async Task Nor_by_llama_server()
    {
        using var folder = new TemporaryFolder();
        var vocabulary = new TestVocabulary(Everybodys);
        await using var engine = await LlamaPrograms.StartAsync(TestModels.Tiny(folder.Path, new() { Template = Everybodys }));
        async Task<List<int>> SpecialAsync(Prompt prompt) => (await engine.TokensAsync(prompt, Stop)).Where(vocabulary.IsSpecial).ToList();
        var honest = await SpecialAsync(new("system", "user"));
        Assert.NotEmpty(honest);

        foreach (var prompt in await PromptsAsync(RoleForgeries.Messages(), ask: null))
        {
            Assert.Equal(honest, await SpecialAsync(prompt));
        }

        // And for messages that nobody cleaned before.
        foreach (var chunk in RoleForgeries.Messages().Chunk(40))
        {
            Assert.Equal(honest, await SpecialAsync(new(string.Join('\n', chunk), string.Concat(chunk))));
        }
    }
}
