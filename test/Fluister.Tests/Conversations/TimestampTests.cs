using Fluister.Archive.Conversations;

namespace Fluister.Tests.Conversations;

public sealed class TimestampTests
{
    [Theory]
    [InlineData(0, "1970-01-01T00:00:00.000Z")]
    [InlineData(1_700_000_000_123, "2023-11-14T22:13:20.123Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999Z")]
    [InlineData(-62_135_596_800_000, "0001-01-01T00:00:00.000Z")]
    [InlineData(253_402_300_799_999, "9999-12-31T23:59:59.999Z")]
    public void A_time_on_the_calendar_is_written_as_RFC_3339_has_it(long milliseconds, string expected)
    {
        var timestamp = new Timestamp(milliseconds);
        Assert.True(timestamp.IsOnCalendar);
        Assert.Equal(expected, timestamp.ToString());
        Assert.Equal(timestamp, Timestamp.From(timestamp.ToDateTimeOffset()!.Value));
    }

    [Theory]
    [InlineData(long.MinValue, "@-9223372036854775808")]
    [InlineData(long.MaxValue, "@9223372036854775807")]
    [InlineData(-62_135_596_800_001, "@-62135596800001")]
    [InlineData(253_402_300_800_000, "@253402300800000")]
    public void A_time_off_the_calendar_is_kept_as_its_number(long milliseconds, string expected)
    {
        var timestamp = new Timestamp(milliseconds);
        Assert.False(timestamp.IsOnCalendar);
        Assert.Null(timestamp.ToDateTimeOffset());
        Assert.Equal(expected, timestamp.ToString());
    }

    [Fact]
    public void Times_are_ordered()
    {
        var (early, late) = (new Timestamp(long.MinValue), new Timestamp(long.MaxValue));
        Assert.True(early < late && early <= late && late > early && late >= early);
        Assert.Equal(-1, Math.Sign(early.CompareTo(late)));
        Assert.Equal([early, new Timestamp(0), late], new[] { late, new Timestamp(0), early }.Order());
    }
}
