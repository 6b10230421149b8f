using System.Text;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`method = properties`: one entry changes, every other byte stays.</summary>
public sealed class PropertiesTests
{
    private const string Sample =
        "# é\n! too\n\nhost = chat.signal.org\nname:Sig\\u006Eal \\\n    App\nempty\nk\\ 1\\=x   y z\n  cdn=a\\\\";

    [Theory]
    [InlineData("host = ' a=b\\é\n'", "chat.signal.org", "\\ a=b\\\\\\u00E9\\n")]
    [InlineData("name = x\n  was = 'Signal App'", "Sig\\u006Eal \\\n    App", "x")]
    [InlineData("empty = x", "empty", "empty=x")]
    [InlineData("'k 1=x' = y", "y z", "y")]
    [InlineData("cdn = y\n  was = 'a\\'", "a\\\\", "y")]
    [InlineData("delete name", "name:Sig\\u006Eal \\\n    App\n", "")]
    [InlineData("delete cdn", "  cdn=a\\\\", "")]
    [InlineData("add 'new key' = ${v}", "a\\\\", "a\\\\\nnew\\ key=a\\tb\n")]
    public void One_entry_changes(string edit, string before, string after)
    {
        // A value with a line end is written by an escape of the configuration.
        using var recipe = new StrictRecipe("properties", "*.properties : " +
            (edit.Contains("é\n") ? "host = \" a=b\\\\\\u00e9\\n\"" : edit))
        { Network = """{"v":"a\tb"}""" };
        var result = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(recipe.On("a.properties", Sample).Result()["a.properties"]));
        Assert.Equal(Sample.Replace(before, after), result);
    }

    [Theory]
    [InlineData("URL = ${v}", "URL='http://x'", "URL=\"a b\\$\\\"\"")]
    [InlineData("URL = http://y:1\n  was = http://x", "'http://x'", "http://y:1")]
    [InlineData("N = 2\n  was = 1", "N=1", "N=2")]
    [InlineData("add M = 2", "N=1\n", "N=1\nM=2\n")]
    public void Environment_files_have_quotes(string edit, string before, string after)
    {
        using var recipe = new StrictRecipe("properties", ".env : " + edit) { Network = """{"v":"a b$\""}""" };
        const string text = "# !\nexport URL='http://x'\nN=1\n";
        Assert.Equal(text.Replace(before, after), recipe.On(".env", text).Result()[".env"]);
    }

    [Theory]
    [InlineData("hots = x", "there is no key \"hots\"; did you mean \"host\"?")]
    [InlineData("host = x\n  was = y", "a.properties:4 holds \"chat.signal.org\", not \"y\"")]
    [InlineData("add host = x", "a.properties:4 has \"host\" already")]
    [InlineData("twice = x", "applies 2 times, but \"expect = 1\": a.properties:10, a.properties:11.")]
    public void What_does_not_fit_is_refused(string edit, string expected)
    {
        using var recipe = new StrictRecipe("properties", "*.properties : " + edit);
        var (code, line) = recipe.On("a.properties", Sample + "\ntwice=1\ntwice=2").Refusal();
        Assert.Equal(ExitCode.Drift, code);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_set_is_read_back(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var value = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "\\ =:#!\n\r\té€a\"$'`"[random.Next(16)]));
            foreach (var file in (string[])["a.properties", ".env"])
            {
                // The second edit refuses what the first one did not write so that it is read back.
                var network = new System.Text.Json.Nodes.JsonObject { ["v"] = value }.ToJsonString();
                using var recipe = new StrictRecipe("properties",
                    $"{file} : b = ${{v}}\n{file} : b = done\n  was = ${{v}}")
                { Network = network };
                Assert.Equal("a=1\nb=done\nc=3\n", recipe.On(file, "a=1\nb=2\nc=3\n").Result()[file]);
            }
        }
    }
}
