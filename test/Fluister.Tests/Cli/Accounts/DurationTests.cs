using Fluister.Cli;
using Fluister.Cli.Accounts;

namespace Fluister.Tests.Cli.Accounts;

public sealed class DurationTests
{
    [Theory]
    [InlineData("off", 0)]
    [InlineData("0", 0)]
    [InlineData("30", 30)]
    [InlineData("30s", 30)]
    [InlineData("5m", 300)]
    [InlineData("8h", 28_800)]
    [InlineData("1d", 86_400)]
    [InlineData("4w", 2_419_200)]
    public void A_span_is_read(string text, int seconds) => Assert.Equal(seconds, Duration.Seconds(text, "--expire"));

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("-1")]
    [InlineData("1y")]
    [InlineData("1 d")]
    [InlineData("99999999w")]
    [InlineData("99999999999")]
    public void What_is_none_is_told(string text) =>
        Assert.Contains("--expire", Assert.Throws<UsageException>(() => Duration.Seconds(text, "--expire")).Message);
}
