using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`replace`, `create`, `append`, `delete` and `rename` of dialect 1.</summary>
public sealed class FileMethodTests
{
    [Theory]
    [InlineData("replace", "res/*.cer = files/root.cer", "LICENSE res/a.cer=ROOT res/b.cer=ROOT src/m.rs")]
    [InlineData("replace", "res/*.cer = base64 ${root}", "LICENSE res/a.cer=root res/b.cer=root src/m.rs")]
    [InlineData("replace", "./LICENSE = text ''", "LICENSE= res/a.cer res/b.cer src/m.rs")]
    [InlineData("create", "src/new = text <<'X'\n${root}\nX", "LICENSE res/a.cer res/b.cer src/m.rs src/new=${root}\n")]
    [InlineData("create", "src/new = hex 61", "LICENSE res/a.cer res/b.cer src/m.rs src/new=a")]
    [InlineData("append", "LICENSE *.rs = !", "LICENSE=LICENSE! res/a.cer res/b.cer src/m.rs=src/m.rs!")]
    [InlineData("delete", "res/", "LICENSE src/m.rs")]
    [InlineData("delete", "**\n  except = *.rs {x,LICENSE}", "LICENSE src/m.rs")]
    [InlineData("rename", "res/ = ${brand}/res/", "LICENSE brand/res/a.cer=res/a.cer brand/res/b.cer=res/b.cer src/m.rs")]
    [InlineData("rename", "src/m.rs = src/m.rs/n", "LICENSE res/a.cer res/b.cer src/m.rs/n=src/m.rs")]
    [InlineData("rename", "res/ = res/res/", "LICENSE res/res/a.cer=res/a.cer res/res/b.cer=res/b.cer src/m.rs")]
    public void Files_are_taken_as_wholes(string method, string body, string expected)
    {
        using var recipe = Upstream(method, body);
        var result = recipe.Result().Select(pair => pair.Key == pair.Value ? pair.Key : $"{pair.Key}={pair.Value}");
        Assert.Equal(expected, string.Join(" ", result));
    }

    [Theory]
    [InlineData("replace", "res/c.cer = files/root.cer", ExitCode.Drift, "no file of this version is chosen by \"res/c.cer\"")]
    [InlineData("replace", "LICENSE = files/none", ExitCode.Configuration, "There is no file \"files/none\"")]
    [InlineData("replace", "LICENSE = ../upstream.conf", ExitCode.Configuration, "is not a path inside")]
    [InlineData("replace", "LICENSE = base64 *", ExitCode.Configuration, "The value is not base64")]
    [InlineData("create", "LICENSE = text x", ExitCode.Drift, "There is a file \"LICENSE\" already")]
    [InlineData("create", "LICENSE/x = text x", ExitCode.Drift, "\"LICENSE\" is a file")]
    [InlineData("create", "res = text x", ExitCode.Drift, "\"res\" is a folder")]
    [InlineData("create", "../x = text x", ExitCode.Configuration, "is not a path inside")]
    [InlineData("create", "x = text x\n executable = maybe", ExitCode.Configuration, "is yes or no")]
    [InlineData("delete", "res/*\n  expect = 1", ExitCode.Drift, "applies 2 times, but \"expect = 1\": res/a.cer, res/b.cer.")]
    [InlineData("delete", "nothing/", ExitCode.Drift, "applies nowhere")]
    [InlineData("rename", "res/ = res2", ExitCode.Configuration, "OLD/ = NEW/")]
    [InlineData("rename", "none = some", ExitCode.Drift, "this version has no \"none\"")]
    [InlineData("rename", "src/m.rs = LICENSE", ExitCode.Drift, "There is a file \"LICENSE\" already")]
    [InlineData("rename", "res/ = ../", ExitCode.Configuration, "is not a path inside")]
    [InlineData("copy", "res/ = ../", ExitCode.Configuration, "Dialect 1 has no method \"copy\"")]
    public void What_does_not_fit_is_refused(string method, string body, ExitCode code, string cause)
    {
        using var recipe = Upstream(method, body);
        var (actual, line) = recipe.Refusal();
        Assert.Equal(code, actual);
        Assert.Contains(cause, line, StringComparison.Ordinal);
    }

    private static StrictRecipe Upstream(string method, string body) =>
        new StrictRecipe(method, body) { Network = """{"root":"cm9vdA==","brand":"brand"}""" }.Payload("files/root.cer", "ROOT")
            .On("LICENSE", "LICENSE").On("res/a.cer", "res/a.cer").On("res/b.cer", "res/b.cer").On("src/m.rs", "src/m.rs");
}
