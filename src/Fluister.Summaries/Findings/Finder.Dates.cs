namespace Fluister.Summaries.Findings;

// Days that somebody named.
internal sealed partial class Finder
{
    /// <summary>Dates, earliest first; those without a certain day last. Each day and time once: where it was named last.</summary>
    public IReadOnlyList<DigestDate> Dates()
    {
        var found = new List<DigestDate>();
        foreach (var sentence in _passages.Sentences)
        {
            if (sentence.Cost > LongestFinding || _selection.Spoken[sentence.Utterance].SentAt.ToDateTimeOffset() is not { } sent)
            {
                continue;
            }

            var day = DateOnly.FromDateTime(Local(sent).DateTime);
            foreach (var date in DateReader.Read(_passages.TextOf(sentence), day))
            {
                found.Add(new(date.Text, date.Day, date.Time, Quote(sentence)));
            }
        }

        found.Reverse();
        var once = found.DistinctBy(x => x.Day is null ? (x.Day, x.Time, x.Text) : (x.Day, x.Time, "")).Reverse().ToList();
        return Newest(once).OrderBy(x => x.Day ?? DateOnly.MaxValue).ThenBy(x => x.Time ?? TimeOnly.MinValue).ToList();
    }

    private DateTimeOffset Local(DateTimeOffset sent)
    {
        try
        {
            return TimeZoneInfo.ConvertTime(sent, _options.TimeZone);
        }
        catch (ArgumentOutOfRangeException)
        {
            // The first and the last hours of the calendar.
            return sent;
        }
    }
}
