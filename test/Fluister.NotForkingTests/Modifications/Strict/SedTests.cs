using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`sed` of dialect 1: captures, parameters, and a count that is what the edit says.</summary>
public sealed class SedTests
{
    private const string Env = "// see chat.signal.org\nconst CHAT: &str = \"chat.signal.org\";\nconst CDN: &str = \"cdn.signal.org\";\n";

    [Theory]
    [InlineData(@"*.rs : '(\w+)\.signal\.org' = '$1.example'", "chat.example|chat.example|cdn.example")]
    [InlineData(@"src/** : '(?<host>chat|cdn)\.signal\.org' = <$<host>>$$1", "<chat>$1|<chat>$1|<cdn>$1")]
    [InlineData(@"src/env.rs : '(c)(hat|dn)\.signal\.org' = $1${digit}$$${digit}$$1", "c5$5$1|")]
    [InlineData(@"src/env.rs : chat.signal.org = ${chat.host}", "a'1.b|a'1.b|cdn.signal.org")]
    [InlineData(@"/src/env.rs : '(?m)^// .*\n' = ''", "|chat.signal.org|cdn.signal.org")]
    [InlineData("src/*.rs : chat.signal.org = \"\\x41${chat.list[1]}\\u00e9\"", "Ayé|")]
    [InlineData(@"src/*.rs : chat.signal.org = $${chat.host}", "${chat.host}|${chat.host}|")]
    [InlineData(@"src/*.rs : ""${chat.pattern}"" = x", "see xxchat_signal|")]
    [InlineData(@"src/*.rs : chat.signal.org = v${upstream.version}@${upstream.commit} # a comment", "v1.2@c0ffee|")]
    public void Matches_are_replaced(string line, string expected)
    {
        using var recipe = new StrictRecipe("sed",
            line)
        { Network = """{"chat":{"host":"a'1.b","list":["x","y"],"pattern":"chat.s"},"digit":5}""" };
        var text = recipe.On("src/env.rs", Env.Replace("see chat.s", line.Contains("pattern") ? "see chat.sxchat_s" : "see chat.s"))
            .Result()["src/env.rs"];
        foreach (var part in expected.Split('|'))
        {
            Assert.Contains(System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(part)), text,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("expect = 3", null)]
    [InlineData("expect = 2..4", null)]
    [InlineData("expect = 1..", null)]
    [InlineData("expect = any", null)]
    [InlineData("each = 1..2", null)]
    [InlineData("except = b.*", null)]
    [InlineData("expect = 2", "1.mod:3: The edit applies 3 times, but \"expect = 2\": a.txt:1, a.txt:2, b.txt:3.")]
    [InlineData("expect = 4..9", "1.mod:3: The edit applies 3 times, but \"expect = 4..9\": a.txt:1, a.txt:2, b.txt:3.")]
    [InlineData("each = 1", "1.mod:3: The edit applies 2 times in a.txt, but \"each = 1\": a.txt:1, a.txt:2.")]
    public void The_count_is_what_the_edit_says(string option, string? refusal)
    {
        using var recipe = new StrictRecipe("sed", $"*.txt : x = y\n    {option}\n").On("a.txt", "x\nx\n").On("b.txt", "\n\nx\n");
        if (refusal is null)
        {
            Assert.Equal("y\ny\n", recipe.Result()["a.txt"]);
        }
        else
        {
            Assert.Equal((ExitCode.Drift, refusal), recipe.Refusal());
        }
    }

    /// <summary>A descriptor is others' word: in a string of Rust or Kotlin it must stay text.</summary>
    [Theory]
    [InlineData("a\\\"; evil(); //")]
    [InlineData("a\\\\")]
    [InlineData("${evil}")]
    [InlineData("`evil`")]
    [InlineData("a\\nb")]
    public void A_value_that_could_be_code_is_refused(string value)
    {
        using var recipe = new StrictRecipe("sed", "*.rs : x = ${host}") { Network = $$"""{"host":"{{value}}"}""" };
        var (code, message) = recipe.On("a.rs", "x").Refusal();
        Assert.Equal(ExitCode.Configuration, code);
        Assert.StartsWith("1.mod:3: The parameter \"host\" holds a quotation mark", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("src/nothing.rs : x = y", "no file of this version is chosen by \"src/nothing.rs\"")]
    [InlineData("lib/env.rs : x = y", "; there is \"src/env.rs\"")]
    [InlineData("src/evn.rs : x = y", "; did you mean \"src/env.rs\"?")]
    [InlineData("*.rs : CHAT.signal.org = y", ", but with another case it is at src/env.rs:1; write \"(?i)\"")]
    [InlineData("*.rs : 'see (x)' = y", ", but as plain text it is at src/env.rs:4")]
    [InlineData("*.rs : readme = y", ", but README:1 does")]
    public void An_edit_that_applies_nowhere_says_why(string line, string cause)
    {
        using var recipe = new StrictRecipe("sed", line).On("src/env.rs", Env + "// see (x)\n").On("README", "readme\n");
        var (code, text) = recipe.Refusal();
        Assert.Equal(ExitCode.Drift, code);
        Assert.StartsWith("1.mod:3: The edit applies nowhere (expect = 1..): ", text, StringComparison.Ordinal);
        Assert.Contains(cause, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*.rs : x", "1.mod:3: An edit of this method is written")]
    [InlineData("*.rs : x = y = z", "1.mod:3: There are 2 \"=\"")]
    [InlineData("*.rs : x = 'y", "1.mod:3: A quote mark '")]
    [InlineData("*.rs : x = \"\\y\"", "1.mod:3: \"\\y\" is no escape")]
    [InlineData("*.rs : x =", "1.mod:3: Something is missing")]
    [InlineData("*.rs : x = $1", "1.mod:3: The pattern captures nothing that \"$1\"")]
    [InlineData("*.rs : (x = y", "1.mod:3: The pattern \"(x\"")]
    [InlineData("*.rs : x = y\n  expcet = 1", "1.mod:4: This method has no option \"expcet\"")]
    [InlineData("*.rs : x = y\n  expect = -1", "1.mod:4: How often")]
    [InlineData("  expect = 1", "1.mod:3: An indented line")]
    [InlineData("# nothing", "1.mod: There is no edit")]
    [InlineData("*.rs : x = ${chat.hst}",
        "1.mod:3: There is no parameter \"chat.hst\" in the network descriptor; did you mean \"chat.host\"?")]
    [InlineData("*.rs : x = ${chat}", "1.mod:3: The parameter \"chat\" is a list or an object")]
    [InlineData("*.rs : x = ${}", "1.mod:3: \"${\" begins a parameter")]
    [InlineData("*.rs : x = <<END\ny", "1.mod:3: The lines that \"<<END\" begins have no line \"END\"")]
    [InlineData("[a.rs : x = y", "1.mod:3: The pattern \"[a.rs\" has a \"[\"")]
    public void A_malformed_edit_is_refused_with_its_line(string body, string expected)
    {
        using var recipe = new StrictRecipe("sed", body) { Network = """{"chat":{"host":"h"}}""" };
        var (code, line) = recipe.On("a.rs", "x").Refusal();
        Assert.Equal(ExitCode.Configuration, code);
        Assert.StartsWith(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public void Edits_see_what_earlier_ones_left_and_every_byte_survives()
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        using var recipe = new StrictRecipe("sed\nexpect = 1", "a.bin : '\\x00\\x01' = <<END\none\ntwo\nEND\na.bin : one\\n = 1\n")
            .And("sed", "a.bin : '1two\\n' = \"\\0\\x01\"");
        Assert.Equal(bytes, System.Text.Encoding.Latin1.GetBytes(recipe.On("a.bin", bytes).Result()["a.bin"]));
        Assert.Equal([4, 8, 3], recipe.Edits.Select(edit => edit.By.Line));
    }

    [Fact]
    public void A_link_that_is_named_is_refused_and_one_that_a_pattern_chooses_is_left()
    {
        using var recipe = new StrictRecipe("sed", "** : x = y");
        Assert.Equal("link", recipe.On("a/b", "x").Link("a/c", "b").Result()["a/c"]);
        using var other = new StrictRecipe("sed", "a/c : x = y");
        Assert.Contains("symbolic link", other.On("a/b", "x").Link("a/c", "b").Refusal().Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("push", 1)]
    [InlineData("!push", 0)]
    [InlineData("list[0]", 1)]
    [InlineData("list[1]", 0)]
    [InlineData("none", 0)]
    [InlineData("!empty", 1)]
    public void An_edit_may_depend_on_a_parameter(string name, int count)
    {
        using var recipe = new StrictRecipe("sed", $"a : x = y\n  when = {name}") { Network = """{"push":1,"list":["a"],"empty":[]}""" };
        recipe.On("a", "x").Result();
        Assert.Equal(count, recipe.Edits.Count);
    }
}
