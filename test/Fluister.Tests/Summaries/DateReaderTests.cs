using System.Globalization;
using Fluister.Summaries.Findings;

namespace Fluister.Tests.Summaries;

public sealed class DateReaderTests
{
    // Sent on Thursday, 2026-10-01.
    [Theory]
    [InlineData("due 2026-10-05", "2026-10-05=2026-10-05")]
    [InlineData("am 5.10.2026 um 18 Uhr", "5.10.2026 um 18 Uhr=2026-10-05 18:00")]
    [InlineData("bis 5.10. bitte", "5.10=2026-10-05")]
    [InlineData("costs 5.10 or 3/4 of it", "")]
    [InlineData("on 25/12/2026", "25/12/2026=2026-12-25")]
    [InlineData("on 12/25/2026", "12/25/2026=2026-12-25")]
    [InlineData("on 3/4/2027", "3/4/2027=?")]
    [InlineData("October 5th, 2026 at 5pm", "October 5th, 2026 at 5pm=2026-10-05 17:00")]
    [InlineData("the 5th of October", "5th of October=2026-10-05")]
    [InlineData("5 May works, I may come", "5 May=2027-05-05")]
    [InlineData("10. Oktober 2026, 19:30", "10. Oktober 2026, 19:30=2026-10-10 19:30")]
    [InlineData("le 14 juillet 2027 à 20h30", "14 juillet 2027 à 20h30=2027-07-14 20:30")]
    [InlineData("el 6 de enero de 2027", "6 de enero de 2027=2027-01-06")]
    [InlineData("il 3 novembre", "3 novembre=2026-11-03")]
    [InlineData("op 5 december om 9:15", "5 december om 9:15=2026-12-05 09:15")]
    [InlineData("on Friday at 8:30 pm?", "Friday at 8:30 pm=2026-10-02 20:30")]
    [InlineData("next Thursday", "Thursday=2026-10-08")]
    [InlineData("last Monday", "Monday=2026-09-28")]
    [InlineData("lundi dernier", "lundi=2026-09-28")]
    [InlineData("übermorgen oder Sonntag", "übermorgen=2026-10-03|Sonntag=2026-10-04")]
    [InlineData("tomorrow 14:00", "tomorrow 14:00=2026-10-02 14:00")]
    [InlineData("Guten Morgen! der Kaffee ist hier", "")]
    [InlineData("30 February is never", "")]
    [InlineData("version 1.2.3 and 10:45:33", "")]
    [InlineData("2026-13-45", "")]
    public void Days_as_people_write_them(string text, string expected)
    {
        var found = DateReader.Read(text, new DateOnly(2026, 10, 1)).Select(x => x.Text + "="
            + (x.Day is { } day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "?")
            + (x.Time is { } time ? time.ToString(" HH:mm", CultureInfo.InvariantCulture) : ""));
        Assert.Equal(expected, string.Join('|', found));
    }

    [Fact]
    public void The_ends_of_the_calendar_are_no_trap()
    {
        Assert.Equal([null], DateReader.Read("tomorrow", DateOnly.MaxValue).Select(x => x.Day));
        Assert.Equal([null], DateReader.Read("yesterday", DateOnly.MinValue).Select(x => x.Day));
        Assert.Single(DateReader.Read("Sunday", DateOnly.MaxValue));
    }
}
