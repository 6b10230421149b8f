using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`assert-absent` and `assert-present`: about the result, after all modifications.</summary>
public sealed class AssertTests
{
    [Fact]
    public void Assertions_see_the_result_whatever_the_order_of_files()
    {
        using var recipe = new StrictRecipe("assert-absent", "** : signal\\.org") { Network = """{"host":"x.y"}""" };
        recipe.And("sed", "a : signal.org = ${host}").And("assert-present", "a : ${host}\n  expect = 2").On("a", "signal.org\nsignal.org");
        Assert.Equal("x.y\nx.y", recipe.Result()["a"]);
    }

    [Fact]
    public void Every_leftover_is_named_in_texts_binary_files_names_and_links()
    {
        using var recipe = new StrictRecipe("assert-absent", "** : 'signal\\.org' 'textsecure'\n  except = docs/** *.md\n** : never")
            .On("a.txt", "x\nsignal.org signal.org\ntextsecure\n").On("b.bin", [0, 255, .. "signal.org"u8]).On("docs/c", "signal.org")
                .On("d.md", "signal.org")
            .On("textsecure.png", "").Link("e", "signal.org");
        Assert.Equal(
            (ExitCode.Assertion,
                "1.mod:3: What must be absent is found in 5 places of the result: a.txt:2, a.txt:3, b.bin:1, e:1, textsecure.png."),
            recipe.Refusal());
    }

    [Fact]
    public void A_long_list_is_cut_and_its_length_said()
    {
        using var recipe = new StrictRecipe("assert-absent", "** : x").On("a", string.Join('\n', Enumerable.Repeat("x", 50)));
        Assert.EndsWith("a:20 and 30 more.", recipe.Refusal().Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a : y", "1.mod:3: The edit applies nowhere (expect = 1..): none of 1 chosen files of the result holds it.")]
    [InlineData("b : x", "1.mod:3: The edit applies nowhere (expect = 1..): no file of this version is chosen by \"b\"")]
    [InlineData("a : x\n  expect = 2", "1.mod:3: The edit applies once, but \"expect = 2\": a:1.")]
    [InlineData("a : x\n  each = 2", "1.mod:3: The edit applies once in a, but \"each = 2\": a:1.")]
    public void What_must_be_present_and_is_not_is_refused(string body, string expected)
    {
        using var recipe = new StrictRecipe("assert-present", body).On("a", "x");
        var (code, line) = recipe.Refusal();
        Assert.Equal(ExitCode.Assertion, code);
        Assert.StartsWith(expected, line, StringComparison.Ordinal);
    }
}
