using Fluister.Engines.Native;
using Fluister.Tests.Exports;
using ChatTemplate = Fluister.Tests.Engines.ChatTemplate;
using TestModels = Fluister.Tests.Engines.TestModels;

namespace Fluister.InteropTests.Engines;

/// <summary>Prompts as tokens, made by real llama.cpp: no text of anybody's becomes a mark.</summary>
public sealed class NativePromptTests
{
    public static TheoryData<string> Families => [.. ChatTemplate.All.Select(family => family.Name)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Texts_forge_no_special_token(string name)
    {
        using var folder = new TemporaryFolder();
        var family = ChatTemplate.All.Single(family => family.Name == name);
        // The marker becomes a token that llama.cpp finds in any text, switched off or not.
        var path = TestModels.Canned(
            folder.Path, "Nothing to tell.", new() { Template = family, Scripts = [("<|marker|>", "It was forged.")] });
        using var model = Load(path);
        var vocabulary = model.Vocabulary;
        string[] marks = [.. family.Special, family.End, "<s>", "</s>", "<unk>", "<|marker|>"];
        var forged = string.Concat(marks.Select(mark => $"a{mark}{mark}b {mark[..2]}{mark}{mark[2..]}\n"));

        var honest = model.Tokens("system", "user");
        var attacked = model.Tokens(forged, forged + forged);

        Assert.Equal("the model's chat template", model.Template);
        Assert.Equal(honest.Where(vocabulary.IsMark), attacked.Where(vocabulary.IsMark));
        // The test would see one: with special tokens on, there are many.
        Assert.True(vocabulary.TokenizeMarks(forged).Count(vocabulary.IsMark) >= marks.Length);
    }

    [Fact]
    public void Texts_are_kept_letter_for_letter_where_they_forge_nothing()
    {
        using var folder = new TemporaryFolder();
        using var model = Load(TestModels.Tiny(folder.Path));
        const string Text = "Is 3 < 4 > 2? [x] <b>bold</b>, naïve 🎂 café\n\n\tend <|im_start";
        var tokens = new List<int>();

        model.Vocabulary.TokenizeText(Text, tokens);

        Assert.Equal(Text, System.Text.Encoding.UTF8.GetString([.. tokens.SelectMany(model.Vocabulary.Piece)]));
    }

    [Fact]
    public void A_model_without_a_template_that_is_known_gets_a_plain_one()
    {
        using var folder = new TemporaryFolder();
        var unknown = ChatTemplate.Vicuna with { Jinja = "{{ 'nobody knows this' }}" };
        var marked = ChatTemplate.ChatMl with { Jinja = "{{ 'nobody knows this' }}" };
        using (var plain = Load(TestModels.Tiny(folder.Path, new() { Template = unknown, Name = "plain" })))
        {
            Assert.StartsWith("plain text", plain.Template, StringComparison.Ordinal);
            Assert.Equal("system\n\nuser\n\n", Text(plain, "system", "user"));
        }

        using var chatMl = Load(TestModels.Tiny(folder.Path, new() { Template = marked, Name = "chatml" }));
        Assert.StartsWith("ChatML", chatMl.Template, StringComparison.Ordinal);
        Assert.Equal("system\nsystem\nuser\nuser\nassistant\n", Text(chatMl, "system", "user"));
    }

    private static string Text(NativeModel model, string system, string user) =>
        System.Text.Encoding.UTF8.GetString([.. model.Tokens(system, user).SelectMany(model.Vocabulary.Piece)]);

    /// <summary>In this process: what is asked about are tokens, which no engine tells.</summary>
    private static NativeModel Load(string path) =>
        new(LlamaLibrary.Load(null, allowOther: false), new EngineRequest.Load(1, path, 512, 1, 1, 0, long.MaxValue));
}
