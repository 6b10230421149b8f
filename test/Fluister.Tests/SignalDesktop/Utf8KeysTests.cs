using System.Text;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

public sealed class Utf8KeysTests
{
    public static TheoryData<string> Keys =>
    [
        "", "a", "ab", "abc", "1b4e28ba-2fa1-11d2-883f-0016d3cca427", "+31612345678",
        "é", "日本語", "😀", "a\0b", new string('x', 85), new string('é', 400),
    ];

    [Theory]
    [MemberData(nameof(Keys))]
    public void A_string_is_found_by_its_bytes(string key)
    {
        var utf8 = Encoding.UTF8.GetBytes(key);
        Assert.Equal(Utf8Keys.Instance.GetHashCode(key), Utf8Keys.Instance.GetHashCode(utf8));
        Assert.True(Utf8Keys.Instance.Equals(utf8, key));
        Assert.False(Utf8Keys.Instance.Equals(utf8, key + "x"));
        Assert.False(Utf8Keys.Instance.Equals([.. utf8, 0], key));
        Assert.Equal(key, Utf8Keys.Instance.Create(utf8));

        var words = Keys.Select(row => row.Data).ToDictionary(word => word, word => word, Utf8Keys.Instance);
        Assert.True(words.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(utf8, out var found));
        Assert.Equal(key, found);
        Assert.False(words.GetAlternateLookup<ReadOnlySpan<byte>>().ContainsKey([.. utf8, (byte)'?']));
    }

    [Fact]
    public void The_last_byte_of_an_odd_number_counts() =>
        Assert.True(Enumerable.Range(0, 100).Select(i => Utf8Keys.Instance.GetHashCode([1, 2, (byte)i])).Distinct().Count() > 90);
}
