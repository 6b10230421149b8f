using System.Globalization;

namespace Fluister.Archive.Conversations;

/// <summary>A point in time as message stores keep it: milliseconds since 1970-01-01 UTC, any 64-bit value.</summary>
/// <remarks>Stores hold absurd values; this type keeps them and never throws.</remarks>
public readonly record struct Timestamp(long UnixMilliseconds) : IComparable<Timestamp>
{
    private const long Minimum = -62_135_596_800_000;
    private const long Maximum = 253_402_300_799_999;

    /// <summary>True where the calendar (years 1 to 9999) can show it.</summary>
    public bool IsOnCalendar => UnixMilliseconds is >= Minimum and <= Maximum;

    /// <summary>The same instant in UTC; null where the calendar ends.</summary>
    public DateTimeOffset? ToDateTimeOffset() => IsOnCalendar ? DateTimeOffset.FromUnixTimeMilliseconds(UnixMilliseconds) : null;

    /// <summary>From a calendar date.</summary>
    public static Timestamp From(DateTimeOffset value) => new(value.ToUnixTimeMilliseconds());

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => UnixMilliseconds.CompareTo(other.UnixMilliseconds);

    /// <summary>Compares.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.UnixMilliseconds < right.UnixMilliseconds;

    /// <summary>Compares.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.UnixMilliseconds > right.UnixMilliseconds;

    /// <summary>Compares.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.UnixMilliseconds <= right.UnixMilliseconds;

    /// <summary>Compares.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.UnixMilliseconds >= right.UnixMilliseconds;

    /// <summary>RFC 3339 in UTC with milliseconds; off the calendar, an at sign and the number.</summary>
    public override string ToString() => ToDateTimeOffset() is { } date
        ? date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"@{UnixMilliseconds}");
}
