using System.Text;
using Fluister.NotForking;

namespace Fluister.NotForkingTests.Modifications.Strict;

/// <summary>`method = xml`: one element or attribute changes, every other byte stays.</summary>
public sealed class XmlTests
{
    private const string Sample = """
        <?xml version="1.0" encoding="utf-8"?>
        <!-- é <a> -->
        <resources xmlns:tools="urn:t" tools:x = 'y'>
            <string name="app_name" translatable='false'>Signal é</string>
            <string name="other"><![CDATA[a<b]]> &amp; c</string>
            <empty/>
            <repo><id>one</id><url>https://a</url></repo>
            <repo><id>two</id><url>https://b</url></repo> <!-- last -->
            <dict>
                <key>CFBundleName</key>
                <string>Signal</string>
                <key>Other</key>
                <string>Signal</string>
            </dict>
        </resources>

        """;

    [Theory]
    [InlineData("resources/string[@name=app_name] = 'Fluister & \"é\" <x>'", ">Signal é<", ">Fluister &amp; &quot;é&quot; &lt;x&gt;<")]
    [InlineData("resources/string[1] = x\n  was = 'a<b & c'", "<![CDATA[a<b]]> &amp; c", "x")]
    [InlineData("resources/string[@name=app_name]/@translatable = \"it's\"", "'false'", "'it&apos;s'")]
    [InlineData("resources/@x = z\n  was = y", "'y'", "'z'")]
    [InlineData("resources/empty = x", "<empty/>", "<empty>x</empty>")]
    [InlineData("**/repo[id=two]/url = https://c", "https://b", "https://c")]
    [InlineData("**/dict/string[-key=CFBundleName] = ${v}", "<string>Signal</string>\n        <key>Other",
        "<string>a&lt;b</string>\n        <key>Other")]
    [InlineData("**/repo[url=https://a] = xml '<id>${v}</id>'", "<id>one</id><url>https://a</url>", "<id>a&lt;b</id>")]
    [InlineData("delete resources/repo[0]", "    <repo><id>one</id><url>https://a</url></repo>\n", "")]
    [InlineData("delete resources/repo[1]", "<repo><id>two</id><url>https://b</url></repo>", "")]
    [InlineData("delete **/repo[id=one]/url", "<url>https://a</url>", "")]
    [InlineData("delete resources/string[0]/@translatable", " translatable='false'", "")]
    [InlineData("add resources/dict = xml '<key>n</key>'", "    </dict>", "        <key>n</key>\n    </dict>")]
    [InlineData("add resources/empty = xml <a/>", "<empty/>", "<empty><a/></empty>")]
    [InlineData("add resources/empty/@tools:k = <", "<empty/>", "<empty tools:k=\"&lt;\"/>")]
    public void One_target_changes(string edit, string before, string after)
    {
        using var recipe = new StrictRecipe("xml", "*.xml : " + edit) { Network = """{"v":"a<b"}""" };
        var text = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(recipe.On("s.xml", Sample).Result()["s.xml"]));
        var at = Sample.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0);
        Assert.Equal(Sample[..at] + after + Sample[(at + before.Length)..], text);
    }

    [Theory]
    [InlineData("resources/strong = x", ExitCode.Drift, "<resources> has no such \"strong\"; did you mean \"string\"?")]
    [InlineData("resources/string/@nam = x", ExitCode.Drift, "<string> has no attribute \"nam\"; did you mean \"name\"?")]
    [InlineData("resources/string = x", ExitCode.Drift, "applies 2 times, but \"expect = 1\": s.xml:4, s.xml:5.")]
    [InlineData("resources = x", ExitCode.Drift, "s.xml:3 has elements in <resources>")]
    [InlineData("resources/empty = x\n  was = y", ExitCode.Drift, "s.xml:6 holds \"\", not \"y\"")]
    [InlineData("add resources/string[0]/@name = x", ExitCode.Drift, "s.xml:4 has \"name\" already")]
    [InlineData("delete resources", ExitCode.Drift, "It is not XML")]
    [InlineData("a[ = x", ExitCode.Configuration, "The path \"a[\" is malformed")]
    [InlineData("a//b = x", ExitCode.Configuration, "is malformed")]
    [InlineData("add resources = xml <a>", ExitCode.Configuration, "The value is malformed")]
    [InlineData("add resources = x", ExitCode.Configuration, "an element is added as in")]
    public void What_does_not_fit_is_refused(string edit, ExitCode code, string expected)
    {
        using var recipe = new StrictRecipe("xml", "*.xml : " + edit);
        var (actual, line) = recipe.On("s.xml", Sample).Refusal();
        Assert.Equal(code, actual);
        Assert.StartsWith("1.mod:3: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a>\n<b></a>", "s.xml:2: It is not XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a>&e;</a>", "A DOCTYPE with declarations of its own is not read")]
    [InlineData("<a>&e;</a>", "It is not XML")]
    [InlineData("<?xml version='1.0' encoding='iso-8859-1'?><a/>", "XML in iso-8859-1 is not read")]
    public void A_file_that_is_no_harmless_xml_is_refused(string xml, string expected)
    {
        using var recipe = new StrictRecipe("xml", "*.xml : a = x");
        var (code, line) = recipe.On("s.xml", xml).Refusal();
        Assert.Equal(ExitCode.Drift, code);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_type_that_is_only_named_is_passed_over()
    {
        const string list = "<!DOCTYPE plist PUBLIC \"-//x//DTD\" \"http://x/y.dtd\">\r\n<plist><string>a</string></plist>";
        using var recipe = new StrictRecipe("xml", "*.plist : plist/string = b");
        Assert.Equal(list.Replace(">a<", ">b<"), recipe.On("s.plist", list).Result()["s.plist"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_set_is_read_back(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var value = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "<>&\"'é€a ]]"[random.Next(10)]));
            var network = new System.Text.Json.Nodes.JsonObject { ["v"] = value }.ToJsonString();
            using var recipe = new StrictRecipe("xml", "a : r/b = ${v}\na : r/b/@c = ${v}") { Network = network };
            var result = recipe.On("a", "<r><a>1</a><b c='2'>3</b><!-- é --></r>").Result()["a"];
            var read = System.Xml.Linq.XElement.Parse(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(result)),
                System.Xml.Linq.LoadOptions.PreserveWhitespace);
            Assert.Equal((value, value), ((string)read.Element("b")!, (string)read.Element("b")!.Attribute("c")!));
            Assert.StartsWith("<r><a>1</a><b c='", result, StringComparison.Ordinal);
        }
    }
}
