using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`method = json`: one value changes, every other byte stays.</summary>
public sealed class JsonTests
{
    private const string Settings = "{\n  // where\n  \"url\": \"https:\\/\\/chat\", /* é */\n" +
        "  \"a.b\" : [ 1, 2,\n    3 ],\n" +
        "  \"list\": [{\"n\":\"x\",\"v\":1},{\"n\":\"y\",\"v\":2}],\n  \"empty\": {},\n  \"none\": [],\n  \"on\": true,\n}\n";

    [Theory]
    [InlineData("url = 'wss://\"x\"\\é'", "\"https:\\/\\/chat\"", "\"wss://\\\"x\\\"\\\\é\"")]
    [InlineData("[\"a.b\"][1] = json 20", "1, 2,", "1, 20,")]
    [InlineData("on = json false\n  was = true", "true", "false")]
    [InlineData("url = x\n  was = https://chat", "\"https:\\/\\/chat\"", "\"x\"")]
    [InlineData("list[n=y].v = json '{\"k\": ${list}, \"h\": ${host}}'", "\"v\":2", "\"v\":{\"k\": [\"é\", 1], \"h\": \"a\\\"b\"}")]
    [InlineData("url = ${host}", "\"https:\\/\\/chat\"", "\"a\\\"b\"")]
    [InlineData("delete [\"a.b\"][2]", "2,\n    3 ]", "2 ]")]
    [InlineData("delete [\"a.b\"][0]", "[ 1, 2,", "[ 2,")]
    [InlineData("delete url", "\"url\": \"https:\\/\\/chat\", /* é */\n  ", "")]
    [InlineData("delete on", ",\n  \"on\": true", "")]
    [InlineData("delete list[0].v", "\"x\",\"v\":1", "\"x\"")]
    [InlineData("add [\"a.b\"][] = json 4", "3 ]", "3,\n    4 ]")]
    [InlineData("add [\"a.b\"][0] = json 0", "[ 1", "[ 0, 1")]
    [InlineData("add none[] = x", "[]", "[\"x\"]")]
    [InlineData("add empty.k = x", "{}", "{\"k\": \"x\"}")]
    [InlineData("add new = x", "\"on\": true,", "\"on\": true,\n  \"new\": \"x\",")]
    [InlineData("add list[0].w = json null", "\"v\":1}", "\"v\":1,\"w\":null}")]
    public void One_value_changes(string edit, string before, string after)
    {
        using var recipe = new StrictRecipe("json", "*.json : " + edit) { Network = """{"host":"a\"b","list":["é", 1]}""" };
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(recipe.On("s.json", Settings).Result()["s.json"]));
        Assert.Equal(Replaced(Settings, before, after), text);
        Assert.Equal(1, Assert.Single(recipe.Edits).Count);
    }

    [Theory]
    [InlineData(
        "uri = x",
        "1.mod:3: The edit applies nowhere (expect = 1): in s.json \"uri\" leads nowhere: " +
        "after 0 of its 1 steps there is no \"uri\"; did you mean \"url\"?.")]
    [InlineData("list[2].v = x", "there is no element 2 (2 elements)")]
    [InlineData("list[*].v = json 3", "1.mod:3: The edit applies 2 times, but \"expect = 1\": s.json:6, s.json:6.")]
    [InlineData("url = x\n  was = y", "1.mod:3: s.json:3 holds \"https://chat\", not \"y\" as `was` says.")]
    [InlineData("add url = x", "s.json:3 has \"url\" already")]
    [InlineData("add list[9] = x", "applies nowhere")]
    public void What_does_not_fit_is_refused(string edit, string expected)
    {
        using var recipe = new StrictRecipe("json", "*.json : " + edit);
        var (code, line) = recipe.On("s.json", Settings).Refusal();
        Assert.Equal(ExitCode.Drift, code);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("url = json {")]
    [InlineData("url = text x")]
    [InlineData("url[ = x")]
    [InlineData("delete url = x")]
    [InlineData("change url = x")]
    [InlineData("a[].b = x")]
    [InlineData("add list[*] = x")]
    public void A_malformed_edit_is_refused(string edit)
    {
        using var recipe = new StrictRecipe("json", "*.json : " + edit);
        var (code, line) = recipe.On("s.json", Settings).Refusal();
        Assert.Equal(ExitCode.Configuration, code);
        Assert.StartsWith("1.mod:3: ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":\"\n\"}")]
    [InlineData("{\"a\":\"\\q\"}")]
    [InlineData("{a:1}")]
    [InlineData("{\"a\":1} x")]
    [InlineData("")]
    public void A_malformed_file_is_refused_with_its_line(string json)
    {
        using var recipe = new StrictRecipe("json", "*.json : a = x");
        var (code, line) = recipe.On("s.json", json).Refusal();
        Assert.Equal(ExitCode.Drift, code);
        Assert.Matches("^1.mod:3: s.json:[12]: It is not JSON: ", line);
    }

    [Fact]
    public void All_of_a_list_may_be_deleted_and_nesting_is_bounded()
    {
        using var recipe = new StrictRecipe("json\nexpect = any", "a.json : delete l[*]\nb.json : delete x.*");
        var result = recipe.On("a.json", "{\"l\": [1, 2, 3]}").On("b.json", "{\"x\": {\"a\": 1,\n\"b\": 2,\n\"c\": 3}}").Result();
        Assert.Equal("{\"l\": []}", result["a.json"]);
        Assert.Equal("{\"x\": {}}", result["b.json"]);
        using var deep = new StrictRecipe("json", "a.json : a = x");
        Assert.Contains("nested too deep", deep.On("a.json", new string('[', 100_000)).Refusal().Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void What_is_set_is_read_back_and_all_else_stays(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 30; round++)
        {
            var keys = Enumerable.Range(0, random.Next(1, 8)).Select(i => $"k{i}" + Text(random, "\"\\é€/{}[],: .")).ToList();
            var values = keys.ToDictionary(key => key, _ => Text(random, "\"\\é€/{}[],:\n\t$ "));
            var json = new JsonObject(values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)))
                .ToJsonString(new() { WriteIndented = random.Next(2) == 0 });
            var (key, value) = (keys[random.Next(keys.Count)], Text(random, "\"\\é€/{}[],:\n\t$ "));
            using var recipe = new StrictRecipe("json", $"a.json : {Word($"[\"{key}\"]")} = {Word(value)}");
            var result = recipe.On("a.json", json).Result()["a.json"];
            Assert.Equal(value, (string?)JsonNode.Parse(Encoding.Latin1.GetBytes(result))![key]);
            var changed = json.Length - CommonStart(json, result);
            changed -= Math.Min(changed, CommonEnd(json, result));
            Assert.True(changed <= JsonNode.Parse(json)![key]!.ToJsonString().Length);
            values[key] = value;
            Assert.Equal(values.Count, JsonNode.Parse(Encoding.Latin1.GetBytes(result))!.AsObject()
                .Count(pair => (string?)pair.Value == values[pair.Key]));
        }
    }

    private static int CommonStart(string a, string b) => a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();

    private static int CommonEnd(string a, string b) => CommonStart(new string([.. a.Reverse()]), new string([.. b.Reverse()]));

    private static string Text(Random random, string letters) =>
        string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(2) == 0 ? letters[random.Next(letters.Length)] : 'a'));

    private static string Word(string text) => "\"" + text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n")
        .Replace("\t", "\\t") + "\"";

    private static string Replaced(string text, string before, string after)
    {
        var at = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0, string.Create(CultureInfo.InvariantCulture, $"{before} is not there"));
        return text[..at] + after + text[(at + before.Length)..];
    }
}
