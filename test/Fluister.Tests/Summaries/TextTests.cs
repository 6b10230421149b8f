using Fluister.Summaries.Language;

namespace Fluister.Tests.Summaries;

public sealed class TextTests
{
    [Theory]
    [InlineData("One. Two! Three?", "One.|Two!|Three?")]
    [InlineData("We pay 3.50 at e.g. the bar. Fine", "We pay 3.50 at e.g. the bar.|Fine")]
    [InlineData("Am 5. Oktober kommt Dr. Weiß. Ja?", "Am 5. Oktober kommt Dr. Weiß.|Ja?")]
    [InlineData("first line\nsecond line", "first line|second line")]
    [InlineData("今日は雨です。傘を持って！", "今日は雨です。|傘を持って！")]
    [InlineData("see https://example.org/a.b?c=d. ok", "see https://example.org/a.b?c=d.|ok")]
    [InlineData("He said \"stop.\" Then left...", "He said \"stop.\"|Then left...")]
    [InlineData("... !!! ???", "")]
    [InlineData("👍", "👍")]
    public void Sentences_are_cut_where_a_reader_would(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Sentences.Split(text).Select(x => text.Substring(x.Start, x.Length))));

    [Theory]
    [InlineData("It 's {vocalsound} 3 o'clock", "It|s|3|o|clock")]
    [InlineData("Größe naïve", "Größe|naïve")]
    [InlineData("東京タワーA1", "東京|京タ|タワ|ワー|A1")]
    [InlineData("हिन्दी में", "हिन्दी|में")]
    [InlineData("{Not a marker}", "Not|a|marker")]
    public void Words_in_any_script(string text, string expected)
    {
        var words = new List<Word>();
        Words.Split(text, words);
        Assert.Equal(expected, string.Join('|', words.Select(x => text.Substring(x.Start, x.Length))));
    }

    [Theory]
    [InlineData("the meeting is on and we will not be there", "en")]
    [InlineData("das ist nicht so wie ich es mir gedacht habe", "de")]
    [InlineData("ik ben er niet maar jij wel en dat is goed", "nl")]
    [InlineData("je ne sais pas ce que tu veux dire avec ça", "fr")]
    [InlineData("no sé lo que quieres pero está bien para mí", "es")]
    [InlineData("non lo so ma questo è quello che mi ha detto", "it")]
    [InlineData("东京 天气 怎么样", "")]
    public void Languages_are_told_by_their_small_words(string text, string language) =>
        Assert.Equal(language, StopWords.Detect(text.Split(' ').Select(x => KeyValuePair.Create(x, 1))));
}
