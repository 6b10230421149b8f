using Fluister.Cli;

namespace Fluister.Tests.Cli;

public sealed class MomentTests
{
    private const long Hour = 3_600_000;

    [Theory]
    [InlineData("4w", 4 * 7 * 24 * Hour)]
    [InlineData("10d", 10 * 24 * Hour)]
    [InlineData("12h", 12 * Hour)]
    [InlineData("0d", 0)]
    [InlineData("999999w", 999_999L * 7 * 24 * Hour)]
    public void A_span_lies_before_now(string text, long before)
    {
        var earliest = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var moment = Moment.Parse(text, "--since", isEnd: false).UnixMilliseconds;
        var latest = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.InRange(moment, earliest - before, latest - before);
    }

    [Theory]
    [InlineData("2026-10-01", false, 2026, 10, 1, 0, 0, 0)]
    [InlineData("2026-10-01", true, 2026, 10, 2, 0, 0, 0)]
    [InlineData("2026-02-28", true, 2026, 3, 1, 0, 0, 0)]
    [InlineData("2026-10-01T18:30", true, 2026, 10, 1, 18, 30, 0)]
    [InlineData("2026-10-01 18:30", false, 2026, 10, 1, 18, 30, 0)]
    [InlineData("2026-10-01T18:30:05", false, 2026, 10, 1, 18, 30, 5)]
    public void A_date_is_this_computers_and_as_an_end_takes_the_whole_day(
        string text, bool isEnd, int year, int month, int day, int hour, int minute, int second)
    {
        var local = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Local);
        Assert.Equal(new DateTimeOffset(local).ToUnixTimeMilliseconds(), Moment.Parse(text, "--until", isEnd).UnixMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("w")]
    [InlineData("4")]
    [InlineData("4m")]
    [InlineData("-4w")]
    [InlineData("4 w")]
    [InlineData("4.5w")]
    [InlineData("99999999w")]
    [InlineData("2026-13-01")]
    [InlineData("2026-02-30")]
    [InlineData("01-10-2026")]
    [InlineData("2026-10-01T25:00")]
    [InlineData("yesterday")]
    [InlineData("9999-12-31")]
    [InlineData("0001-01-01")]
    public void Anything_else_is_refused_with_the_option_and_the_forms_that_are_known(string text)
    {
        var fault = Assert.Throws<UsageException>(() => Moment.Parse(text, "--since", isEnd: true));
        Assert.Contains("--since", fault.Message, StringComparison.Ordinal);
        Assert.Contains("2026-10-01", fault.Message, StringComparison.Ordinal);
    }
}
