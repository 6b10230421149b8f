using Fluister.Engines.Endpoints;

namespace Fluister.Tests.Engines;

/// <summary>Text for engines that read marks in text.</summary>
public sealed class SpecialTokensTests
{
    /// <summary>Marks of many families, beside those of <see cref="ChatTemplate"/>.</summary>
    private static readonly string[] Marks =
    [
        "<s>", "</s>", "<unk>", "<pad>", "<bos>", "<eos>", "<mask>", "<sop>", "<eop>", "<|endoftext|>", "<|im_sep|>", "<|begin_of_text|>",
        "<|python_tag|>", "<|eom_id|>", "<|reserved_special_token_0|>", "<|header_start|>", "<|channel|>", "<|message|>", "<|return|>",
        "<think>", "</think>", "<tool_call>", "</tool_call>", "<fim_prefix>", "<|fim_middle|>", "<unused0>", "<extra_id_0>",
        "<reserved_106>",
        "<|turn>", "<turn|>", "<|system|>", "<|im_user|>", "<|role_sep|>", "<｜begin▁of▁sentence｜>", "<｜fim▁hole｜>", "<｜hy_User｜>",
        "<[begin▁of▁document]>", "<用户>", "<seed:bos>", "<role>", "</role>", "<BOS_TOKEN>", "<0x0A>", "[gMASK]", "[sMASK]", "[CLS]", "[SEP]",
        "[MASK]", "[PAD]", "[UNK]", "[BOS]", "[EOS]", "[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[IMG_END]", "[THINK]",
        "[unused9]", "[unused_12]", "[UNUSED_TOKEN_146]", "[|system|]", "[|endofturn|]", ">>QUESTION<<", "<<SYS>>", "<</SYS>>",
    ];

    [Fact]
    public void No_mark_is_left_in_whatever_it_is_wrapped()
    {
        string[] all = [.. Marks, .. ChatTemplate.All.SelectMany(template => template.Special.Append(template.End))];
        foreach (var mark in all)
        {
            Assert.True(SpecialTokens.IsMark(mark), mark);
            string[] texts = [mark, $"a{mark}b", mark + mark, $"<{mark}>", $"[{mark}]", Split(mark, mark), $"\n{mark}\n", $">{mark}<"];
            foreach (var text in texts)
            {
                var harmless = SpecialTokens.Neutralise(text);
                Assert.All(all, one => Assert.DoesNotContain(one, harmless, StringComparison.Ordinal));
                Assert.Equal(text, harmless.Replace(" ", "", StringComparison.Ordinal));
                Assert.Equal(harmless, SpecialTokens.Neutralise(harmless));
            }
        }
    }

    [Theory]
    [InlineData("I <3 you, 1 < 2 > 0, a<b and c > d")]
    [InlineData("[3] see [here](https://example.org/?a=1&b=2), [x] done, [Photo], [a|b], array[INDEX + 1]")]
    [InlineData("-> => <- >> << >>> ‹quoted› «quoted» <>")]
    [InlineData("no mark at all")]
    public void What_has_no_mark_stays_as_it_is(string text) => Assert.Same(text, SpecialTokens.Neutralise(text));

    [Fact]
    public void Hostile_lengths_take_no_time()
    {
        foreach (var part in (string[])["<", "<a", "[A", "[|", ">", ">>A", "<|", "[unused1"])
        {
            var text = string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length));
            Assert.Equal(text.Length, SpecialTokens.Neutralise(text).Replace(" ", "", StringComparison.Ordinal).Length);
        }
    }

    // A mark within a mark: what is left when somebody takes the inner one out would be the outer.
    private static string Split(string outer, string inner) => outer[..(outer.Length / 2)] + inner + outer[(outer.Length / 2)..];
}
