using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Fluister.Server.Hosting;

/// <summary>One range of bytes, as a request names it (RFC 9110, section 14.1.2): from a byte on, up to one, or the last so many.</summary>
internal readonly record struct ByteRange(long? From, long? To)
{
    /// <summary>The range of a header; none where there is not exactly one, of bytes: then all is asked for.</summary>
    public static ByteRange? Read(string header) =>
        RangeHeaderValue.TryParse(header, out var asked) && asked.Unit == "bytes" && asked.Ranges.Count == 1
            ? new ByteRange(asked.Ranges.First().From, asked.Ranges.First().To)
            : null;

    /// <summary>Its first and its last byte in something of so many bytes; none where it has no such bytes.</summary>
    public (long First, long Last)? Within(long length)
    {
        var first = From ?? Math.Max(0, length - To!.Value);
        var last = From is null ? length - 1 : Math.Min(To ?? long.MaxValue, length - 1);
        return first > last ? null : (first, last);
    }

    /// <summary>As a header has it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"bytes={From}-{To}");
}
