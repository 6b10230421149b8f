using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Provisioning;

namespace Fluister.Tests.Protocol.Provisioning;

public sealed class LinkingUrlTests
{
    // From Signal-iOS' tests of its URLs: a slash stands before the question mark.
    private const string Published =
        "sgnl://linkdevice/?uuid=00000000-0000-4000-8000-000000000000&pub_key=BQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void A_published_url_is_read()
    {
        Assert.True(LinkingUrl.TryParse(Published, out var url));
        Assert.Equal("00000000-0000-4000-8000-000000000000", url.Address);
        Assert.Equal(PublicKey.FromPoint(new byte[32]), url.Key);
        Assert.Empty(url.Capabilities);
    }

    [Fact]
    public void A_url_comes_back()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            using var pair = KeyPair.Generate(new SeededRandom(seed));
            var shown = new LinkingUrl("an/address+with=signs&such", pair.Public, ["backup5", "other"]);
            Assert.True(LinkingUrl.TryParse(shown.ToString(), out var read));
            Assert.Equal((shown.Address, shown.Key), (read.Address, read.Key));
            Assert.Equal(shown.Capabilities, read.Capabilities);
        }
    }

    [Fact]
    public void The_text_is_that_of_signal_desktop()
    {
        var url = new LinkingUrl("123", PublicKey.FromPoint(new byte[32]), ["backup5"]);
        const string Text = "sgnl://linkdevice?uuid=123&pub_key=BQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&capabilities=backup5";
        Assert.Equal(Text, url.ToString());
    }

    [Fact]
    public void A_key_may_be_escaped_or_not_or_in_the_base64_of_urls()
    {
        var key = PublicKey.FromPoint([.. Enumerable.Repeat((byte)0xfb, 32)]);
        var base64 = Convert.ToBase64String(key.Serialized);
        Assert.Contains('+', base64);
        Assert.Contains('/', base64);
        foreach (var text in new[] { base64, Uri.EscapeDataString(base64), base64.Replace('+', '-').Replace('/', '_') })
        {
            Assert.True(LinkingUrl.TryParse("sgnl://linkdevice?uuid=1&pub_key=" + text, out var url));
            Assert.Equal(key, url.Key);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://example.org/?uuid=1&pub_key=BQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sgnl://linkdevice")]
    [InlineData("sgnl://linkdevices?uuid=1&pub_key=BQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sgnl://linkdevice?pub_key=BQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sgnl://linkdevice?uuid=1")]
    [InlineData("sgnl://linkdevice?uuid=1&pub_key=")]
    [InlineData("sgnl://linkdevice?uuid=1&pub_key=BQ==")]
    [InlineData("sgnl://linkdevice?uuid=1&pub_key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sgnl://linkdevice?uuid=1&pub_key=%%%%")]
    [InlineData("sgnl://linkdevice?uuid=1&pub_key=BQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Another_text_is_no_linking_url(string text)
    {
        Assert.False(LinkingUrl.TryParse(text, out var url));
        Assert.Null(url);
    }

    [Fact]
    public void A_url_that_is_too_long_is_not_read() =>
        Assert.False(LinkingUrl.TryParse(Published + "&x=" + new string('y', Limits.LinkingUrlChars), out _));
}
