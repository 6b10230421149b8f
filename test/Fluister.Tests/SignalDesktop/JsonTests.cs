using System.Text;
using System.Text.Json;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

public sealed class JsonTests
{
    private delegate T Reading<T>(ref Utf8JsonReader reader);

    /// <summary>Reads the first element of an array, and checks that the reader is left where the second begins.</summary>
    private static T First<T>(byte[] value, Reading<T> read)
    {
        var reader = Json.Reader([(byte)'[', .. value, .. ",7]"u8]);
        reader.Read();
        Assert.True(Json.Array(ref reader));
        Assert.True(Json.Element(ref reader));
        var result = read(ref reader);
        Assert.True(Json.Element(ref reader));
        Assert.Equal(7, Json.Number(ref reader));
        Assert.False(Json.Element(ref reader));
        return result;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    [Theory]
    [InlineData("\"\"", "")]
    [InlineData("\"a😀é\"", "a😀é")]
    [InlineData(@"""\n\t\r\b\f\/\\\""\u0041\u0000é""", "\n\t\r\b\f/\\\"A\0é")]
    [InlineData(@"""\ud83d\ude00""", "😀")]
    [InlineData(@"""\ud83d""", "\uFFFD")]
    [InlineData(@"""a\ude00\ud83d""", "a\uFFFD\uFFFD")]
    [InlineData(@"""\ud83d\ud83d\ude00""", "\uFFFD😀")]
    [InlineData(@"""\ud83dx\ude00""", "\uFFFDx\uFFFD")]
    [InlineData("1", null)]
    [InlineData("null", null)]
    [InlineData("{\"a\":[1,{\"b\":\"c\"}]}", null)]
    [InlineData("[[],\"x\"]", null)]
    public void Text_is_the_string_or_nothing(string json, string? expected) => Assert.Equal(expected, First(Utf8(json), Json.Text));

    [Fact]
    public void Broken_bytes_in_a_string_become_replacement_characters()
    {
        Assert.Equal("a\uFFFDb", First([(byte)'"', (byte)'a', 0xFF, (byte)'b', (byte)'"'], Json.Text));
        Assert.Equal("\uFFFD\n", First([(byte)'"', 0xC3, (byte)'\\', (byte)'n', (byte)'"'], Json.Text));
        // A lone surrogate as CESU-8 has it.
        Assert.Equal("\uFFFD\uFFFD\uFFFD", First([(byte)'"', 0xED, 0xA0, 0xBD, (byte)'"'], Json.Text));
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-12", -12L)]
    [InlineData("1.9", 1L)]
    [InlineData("-1.9", -1L)]
    [InlineData("1e3", 1000L)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("9223372036854775808", long.MaxValue)]
    [InlineData("-1e300", long.MinValue)]
    [InlineData("1e999", null)]
    [InlineData("\"1700000000000\"", 1_700_000_000_000L)]
    [InlineData("\"12x\"", null)]
    [InlineData("\"\"", null)]
    [InlineData("true", null)]
    [InlineData("[1,2]", null)]
    [InlineData("{\"a\":1}", null)]
    public void A_number_is_held_within_64_bits(string json, long? expected) => Assert.Equal(expected, First(Utf8(json), Json.Number));

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("-3", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("null", false)]
    [InlineData("\"true\"", false)]
    [InlineData("[true]", false)]
    [InlineData("{\"a\":true}", false)]
    public void A_flag_is_true_or_a_number(string json, bool expected) => Assert.Equal(expected, First(Utf8(json), Json.Flag));

    [Fact]
    public void Properties_are_found_by_name_and_values_of_another_type_passed_over()
    {
        var record = new MessageRecord();
        Assert.True(record.Read("""
            {"body":{"a":1},"x":[[[]]],"quote":"no","reactions":{"emoji":"x"},"attachments":[1,null,[]],"isErased":1}
            """u8));
        Assert.Null(record.Body);
        Assert.Null(record.Quote);
        Assert.Empty(record.Reactions);
        Assert.Empty(record.Attachments);
        Assert.True(record.IsErased);
    }

    [Theory]
    [InlineData("{\"body\":\"a\"", "a")]
    [InlineData("{\"body\":\"a\",}", "a")]
    [InlineData("{\"body\":\"a\u0001\"}", null)]
    [InlineData("[]", null)]
    [InlineData(" ", null)]
    [InlineData("null", null)]
    public void What_is_not_an_object_is_unreadable_and_keeps_what_came_before(string json, string? body)
    {
        var record = new MessageRecord();
        Assert.True(record.Read("""{"body":"of the row before","isViewOnce":true}"""u8));
        Assert.False(record.Read(Utf8(json)));
        Assert.Equal(body, record.Body);
        Assert.False(record.IsViewOnce);
    }

    [Fact]
    public void Nesting_is_read_to_its_limit_and_no_further()
    {
        static bool Reads(int depth) =>
            new MessageRecord().Read(Utf8("{\"x\":" + new string('[', depth) + new string(']', depth) + "}"));
        Assert.True(Reads(63));
        Assert.False(Reads(64));
        Assert.False(Reads(1_000_000));
    }
}
