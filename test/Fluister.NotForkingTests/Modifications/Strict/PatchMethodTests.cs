using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`patch` of dialect 1: every hunk applies with its whole context, or nothing does.</summary>
public sealed class PatchMethodTests
{
    private const string Diff = "--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n b\n-c\n+x\n d\n";

    [Theory]
    [InlineData("a\nb\nc\nd\ne\n", "a\nb\nx\nd\ne\n", 0)]
    [InlineData("0\na\nb\nc\nd\ne\n", "0\na\nb\nx\nd\ne\n", 1)]
    public void A_hunk_may_move_and_says_by_how_much(string before, string after, int offset)
    {
        using var recipe = new StrictRecipe("patch\nexpect = 1", Diff);
        Assert.Equal(after, recipe.On("f", before).Result()["f"]);
        Assert.Equal(offset, Math.Abs(Assert.Single(recipe.Edits).Offset));
    }

    [Theory]
    [InlineData("patch", "a\nb\nc\nD\ne\n", ExitCode.Drift)]
    [InlineData("patch", "a\nb\nx\nd\ne\n", ExitCode.Drift)]
    [InlineData("patch\nexpect = 2", "a\nb\nc\nd\ne\n", ExitCode.Drift)]
    [InlineData("patch\nexcept = f", "a\nb\nc\nd\ne\n", ExitCode.Configuration)]
    public void What_does_not_fit_is_refused(string method, string before, ExitCode code)
    {
        using var recipe = new StrictRecipe(method, Diff);
        Assert.Equal(code, recipe.On("f", before).Refusal().Code);
    }

    [Fact]
    public void A_patch_may_depend_on_a_parameter()
    {
        using var recipe = new StrictRecipe("patch\nwhen = none", Diff);
        Assert.Equal("z", recipe.On("f", "z").Result()["f"]);
    }
}
