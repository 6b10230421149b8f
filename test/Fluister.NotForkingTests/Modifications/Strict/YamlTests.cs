using System.Text;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`method = yaml`: one value changes, every other byte stays.</summary>
public sealed class YamlTests
{
    private const string Sample = """
        # é the whole
        server:
          url: https://chat.signal.org # where
          port: 8080
          name: "Signal é"
          empty:
          secret: !secret &x a.b
        list:
          - one
          - two # last
        same:
        - id: a
          v: 1
        - id: b
          v: 2   # é
        flow: {a: 1, b: [x, y]}
        text: |
          several
          lines
        end: 'it''s'

        """;

    [Theory]
    [InlineData("server.url = https://chat.example.org", "https://chat.signal.org", "https://chat.example.org")]
    [InlineData("server.url = 'a: b'", "https://chat.signal.org", "\"a: b\"")]
    [InlineData("server.url = 'true'", "https://chat.signal.org", "\"true\"")]
    [InlineData("server.port = json 443\n  was = 8080", "8080", "443")]
    [InlineData("server.port = 443", "8080", "\"443\"")]
    [InlineData("server.name = x\n  was = 'Signal é'", "\"Signal é\"", "\"x\"")]
    [InlineData("server.empty = x", "empty:", "empty: x")]
    [InlineData("server.secret = c.d", "a.b", "c.d")]
    [InlineData("list[1] = three", "two", "three")]
    [InlineData("same[id=b].v = json 3", "v: 2", "v: 3")]
    [InlineData("same[1].v = json '[1, {\"a\": 2}]'", "v: 2", "v: [1, {\"a\": 2}]")]
    [InlineData("flow.b[0] = z", "[x,", "[z,")]
    [InlineData("flow = json '{}'", "{a: 1, b: [x, y]}", "{}")]
    [InlineData("text = new", "|\n  several\n  lines\n", "\"new\"\n")]
    [InlineData("end = new", "'it''s'", "\"new\"")]
    [InlineData("list = json '[]'", "- one\n  - two", "[]")]
    [InlineData("delete server.port", "  port: 8080\n", "")]
    [InlineData("delete list[0]", "  - one\n", "")]
    [InlineData("delete list[1]", "  - two # last\n", "")]
    [InlineData("delete same[0]", "- id: a\n  v: 1\n", "")]
    [InlineData("delete same[0].id", "id: a\n  ", "")]
    [InlineData("delete same[1].v", "  v: 2   # é\n", "")]
    [InlineData("delete flow.a", "a: 1, ", "")]
    [InlineData("delete text", "text: |\n  several\n  lines\n", "")]
    [InlineData("add list[] = three", "two # last\n", "two # last\n  - three\n")]
    [InlineData("add list[0] = zero", "- one\n", "- zero\n  - one\n")]
    [InlineData("add server.new = x.y", "!secret &x a.b\n", "!secret &x a.b\n  new: x.y\n")]
    [InlineData("add same[0].w = json 7", "v: 1\n", "v: 1\n  w: 7\n")]
    [InlineData("add same[] = json '{\"id\": \"c\"}'", "# é\n", "# é\n- {\"id\": \"c\"}\n")]
    [InlineData("add flow.b[] = z", "[x, y]", "[x, y, \"z\"]")]
    [InlineData("add last = x", "'it''s'\n", "'it''s'\nlast: x\n")]
    public void One_value_changes(string edit, string before, string after)
    {
        using var recipe = new StrictRecipe("yaml", "*.yml : " + edit);
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(recipe.On("s.yml", Sample).Result()["s.yml"]));
        var at = Sample.IndexOf(before, StringComparison.Ordinal);
        Assert.Equal(Sample[..at] + after + Sample[(at + before.Length)..], text);
        using var windows = new StrictRecipe("yaml", "*.yml : " + edit);
        var lines = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(windows.On("s.yml", Sample.Replace("\n", "\r\n")).Result()["s.yml"]));
        Assert.Equal(text.Replace("\n", "\r\n"), lines);
    }

    [Theory]
    [InlineData("server.uri = x", "did you mean \"url\"?")]
    [InlineData("server.url = x\n  was = y", "s.yml:3 holds \"https://chat.signal.org\", not \"y\"")]
    [InlineData("same[*].v = json 3", "s.yml:13, s.yml:15")]
    [InlineData("add server.url = x", "s.yml:3 has \"url\" already")]
    [InlineData("server.port.x = x", "after 2 of its 3 steps there is no \"x\".")]
    public void What_does_not_fit_is_refused(string edit, string expected)
    {
        using var recipe = new StrictRecipe("yaml", "*.yml : " + edit);
        var (code, line) = recipe.On("s.yml", Sample).Refusal();
        Assert.Equal(ExitCode.Drift, code);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_of_a_block_leaves_an_empty_collection_and_documents_are_a_sequence()
    {
        using var recipe = new StrictRecipe("yaml", "a : delete k.a\nb : delete k[0]\nc : [1].k = x\n");
        var result = recipe.On("a", "k:\n  a: 1\nl: 2\n").On("b", "k:\n- 1\nl: 2").On("c", "k: 1\n---\nk: 2\n").Result();
        Assert.Equal(["k: {}\nl: 2\n", "k: []\nl: 2", "k: 1\n---\nk: x\n"], [result["a"], result["b"], result["c"]]);
    }

    [Theory]
    [InlineData("a: [1\n")]
    [InlineData("a: 1\n b: 2\n")]
    [InlineData("a: \"x")]
    public void A_malformed_file_is_refused_with_its_line(string yaml)
    {
        using var recipe = new StrictRecipe("yaml", "* : a = x");
        var (code, line) = recipe.On("s.yml", yaml).Refusal();
        Assert.Equal(ExitCode.Drift, code);
        Assert.Matches("^1.mod:3: s.yml:[12]: It is not YAML: ", line);
    }
}
