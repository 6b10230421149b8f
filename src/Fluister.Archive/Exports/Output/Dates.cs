using System.Diagnostics;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Output;

/// <summary>Writes points in time as dates of one time zone; remembers the day it wrote last, since messages come by time.</summary>
internal sealed class Dates(TimeZoneInfo zone)
{
    /// <summary>The day of a time that the calendar cannot show.</summary>
    internal const long NoDay = long.MinValue;

    private const long DayLength = 86_400_000;
    private const long MinuteLength = 60_000;

    private readonly byte[] _date = new byte[10];
    private long _from;
    private long _to;
    private long _midnight;
    private long _offset;
    private long _day = NoDay;

    /// <summary>Days since 1970-01-01 on the local calendar; <see cref="NoDay"/> off the calendar.</summary>
    internal long DayOf(Timestamp time) => Find(time.UnixMilliseconds) ? _day : NoDay;

    /// <summary>"2026-10-01", or "@" and milliseconds.</summary>
    internal void WriteDate(Utf8Writer writer, Timestamp time)
    {
        if (Find(time.UnixMilliseconds))
        {
            writer.Write(_date);
        }
        else
        {
            WriteNumber(writer, time);
        }
    }

    /// <summary>"10:32:05"; off the calendar "@" and milliseconds.</summary>
    internal void WriteTime(Utf8Writer writer, Timestamp time)
    {
        if (!Find(time.UnixMilliseconds))
        {
            WriteNumber(writer, time);
            return;
        }

        var room = writer.Room(8);
        WriteClock(room, (int)((time.UnixMilliseconds - _midnight) / 1000));
        writer.Advance(8);
    }

    /// <summary>"2026-10-01 10:32:05"; off the calendar "@" and milliseconds.</summary>
    internal void WriteDateAndTime(Utf8Writer writer, Timestamp time)
    {
        if (!Find(time.UnixMilliseconds))
        {
            WriteNumber(writer, time);
            return;
        }

        writer.Write(_date);
        writer.Write((byte)' ');
        WriteTime(writer, time);
    }

    /// <summary>RFC 3339 with milliseconds and offset; off the calendar "@" and milliseconds.</summary>
    internal void WriteExact(Utf8Writer writer, Timestamp time)
    {
        if (!Find(time.UnixMilliseconds))
        {
            WriteNumber(writer, time);
            return;
        }

        var within = time.UnixMilliseconds - _midnight;
        var room = writer.Room(29);
        _date.CopyTo(room);
        room[10] = (byte)'T';
        WriteClock(room[11..], (int)(within / 1000));
        var thousandths = (int)(within % 1000);
        room[19] = (byte)'.';
        room[20] = (byte)('0' + (thousandths / 100));
        WriteTwo(room[21..], thousandths % 100);
        if (_offset == 0)
        {
            room[23] = (byte)'Z';
            writer.Advance(24);
            return;
        }

        var minutes = (int)(Math.Abs(_offset) / MinuteLength);
        room[23] = (byte)(_offset < 0 ? '-' : '+');
        WriteTwo(room[24..], minutes / 60);
        room[26] = (byte)':';
        WriteTwo(room[27..], minutes % 60);
        writer.Advance(29);
    }

    private static void WriteNumber(Utf8Writer writer, Timestamp time)
    {
        writer.Write((byte)'@');
        writer.WriteNumber(time.UnixMilliseconds);
    }

    private static void WriteClock(Span<byte> room, int seconds)
    {
        WriteTwo(room, seconds / 3600);
        room[2] = (byte)':';
        WriteTwo(room[3..], seconds / 60 % 60);
        room[5] = (byte)':';
        WriteTwo(room[6..], seconds % 60);
    }

    private static void WriteTwo(Span<byte> room, int value)
    {
        room[1] = (byte)('0' + (value % 10));
        room[0] = (byte)('0' + (value / 10));
    }

    private bool Find(long time) => (time >= _from && time < _to) || FindSlowly(time);

    private bool FindSlowly(long time)
    {
        // A day and more inside the calendar's ends, so that no offset leads out of it.
        if (new Timestamp(time) is not { IsOnCalendar: true }
            || !new Timestamp(Math.Max(time, long.MinValue + (2 * DayLength)) - (2 * DayLength)).IsOnCalendar
            || !new Timestamp(Math.Min(time, long.MaxValue - (2 * DayLength)) + (2 * DayLength)).IsOnCalendar)
        {
            return false;
        }

        _offset = OffsetAt(time);
        _day = Math.DivRem(time + _offset, DayLength, out var rest);
        _day -= rest < 0 ? 1 : 0;
        _midnight = (_day * DayLength) - _offset;

        // On the days when clocks change, nothing is remembered.
        var whole = OffsetAt(_midnight) == _offset && OffsetAt(_midnight + DayLength - 1) == _offset;
        (_from, _to) = whole ? (_midnight, _midnight + DayLength) : (0, 0);
        var date = DateTime.UnixEpoch.AddDays(_day);
        var written = date.TryFormat(_date, out var count, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Debug.Assert(written && count == 10, "A date takes ten bytes.");
        return true;
    }

    // Historic zones are off by seconds; a clock on the wall of an export shows whole minutes (RFC 3339, 4.3).
    private long OffsetAt(long time) =>
        (long)zone.GetUtcOffset(DateTime.UnixEpoch.AddMilliseconds(time)).TotalMinutes * MinuteLength;
}
