using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

public sealed class BodyTextTests
{
    private static RangeRecord Mention(long start, string id, long length = 1) => new(start, length, 0, id);

    private static RangeRecord Bold(long start, long length) => new(start, length, 1, null);

    private static (string? Text, string[] Ranges) Resolve(string? body, params RangeRecord[] records)
    {
        var (text, ranges) = BodyText.Resolve(body, [.. records], Names.People());
        return (text, [.. ranges.Select(range => $"{text!.Substring(range.Start, range.Length)}:{range.Style}")]);
    }

    [Fact]
    public void Mentions_become_names_and_styles_move_with_the_text()
    {
        var (text, ranges) = Resolve(
            "hi \uFFFC and \uFFFC, look",
            Mention(3, "a"), Mention(9, "b"), Bold(0, 2), Bold(5, 3), Bold(12, 4), Bold(3, 1));
        Assert.Equal("hi @Anna and @Bo, look", text);
        Assert.Equal(["hi:Bold", "@Anna:Mention", "@Anna:Bold", "and:Bold", "@Bo:Mention", "look:Bold"], ranges);
    }

    [Fact]
    public void A_style_across_a_mention_holds_all_of_the_name()
    {
        var (text, ranges) = Resolve("x\uFFFCy", Mention(1, "a"), Bold(0, 2), Bold(1, 2));
        Assert.Equal("x@Annay", text);
        Assert.Equal(["x@Anna:Bold", "@Annay:Bold", "@Anna:Mention"], ranges);
    }

    [Fact]
    public void A_style_that_begins_or_ends_within_a_long_mention_takes_the_name()
    {
        var (text, ranges) = Resolve("0123456789", Mention(2, "b", 6), Bold(4, 5), Bold(0, 4), Bold(3, 2));
        Assert.Equal("01@Bo89", text);
        Assert.Equal(["01@Bo:Bold", "@Bo8:Bold", "@Bo:Mention", "@Bo:Bold"], ranges);
    }

    [Fact]
    public void Of_overlapping_mentions_the_first_counts()
    {
        var (text, ranges) = Resolve("abcd", Mention(0, "a", 3), Mention(1, "b", 2), Mention(3, "b"));
        Assert.Equal("@Anna@Bo", text);
        Assert.Equal(["@Anna:Mention", "@Bo:Mention"], ranges);
    }

    [Fact]
    public void Ranges_outside_of_the_text_are_passed_over_and_long_ones_cut()
    {
        var (text, ranges) = Resolve(
            "abc",
            Bold(-1, 2), Bold(3, 1), Bold(long.MinValue, long.MaxValue), Bold(1, 0), Bold(1, -5), Bold(1, long.MaxValue));
        Assert.Equal("abc", text);
        Assert.Equal(["bc:Bold"], ranges);
    }

    [Fact]
    public void No_range_cuts_a_surrogate_pair()
    {
        var (text, ranges) = Resolve("a😀b😀", Bold(2, 1), Bold(0, 2), Mention(5, "e"));
        Assert.Equal("a😀b@👩", text);
        Assert.Equal(["a😀:Bold", "😀:Bold", "@👩:Mention"], ranges);
    }

    [Fact]
    public void A_long_name_does_not_make_a_longer_text_than_the_store_has()
    {
        var (text, ranges) = BodyText.Resolve(
            new string('\uFFFC', 20_000), [.. Enumerable.Range(0, 20_000).Select(i => Mention(i, "long"))], Names.People());
        Assert.Equal(10_000, ranges.Count);
        Assert.InRange(text!.Length, 10_000 * 100, 10_000 * 300);
        Assert.EndsWith("👩…", text[..ranges[0].Length], StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_styles_stay_as_ranges_without_a_look()
    {
        Assert.Equal(["a:None", "a:Spoiler"], Resolve("a", new RangeRecord(0, 1, 99, null), new RangeRecord(0, 1, 3, null)).Ranges.Order());
        Assert.Null(Resolve(null, Bold(0, 1)).Text);
        Assert.Empty(Resolve("", Bold(0, 1)).Ranges);
    }
}
