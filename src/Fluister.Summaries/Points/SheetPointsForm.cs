using System.Text;
using Fluister.Summaries.Prompts;

namespace Fluister.Summaries.Points;

/// <summary>Points as bytes for the cache. Messages are named by their number on the sheet, which the entry's key is a hash of.</summary>
internal static class SheetPointsForm
{
    private const byte Version = 1;

    /// <summary>Longest text, most points: more is no entry of ours.</summary>
    private const int LongestText = 8192;
    private const int MostPoints = 64;

    /// <summary>Writes.</summary>
    public static byte[] Write(SheetPoints points, Sheet sheet)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        var numbers = sheet.Lines.Select((x, i) => (x.Utterance, i)).ToDictionary(x => x.Utterance, x => x.i);
        writer.Write(Version);
        writer.Write7BitEncodedInt(points.Points.Count);
        foreach (var point in points.Points)
        {
            writer.Write(point.IsQuote);
            writer.Write(point.Text);
            writer.Write7BitEncodedInt(1 + IndexOf(sheet, point));
            writer.Write7BitEncodedInt(point.Utterances.Count);
            point.Utterances.ToList().ForEach(x => writer.Write7BitEncodedInt(numbers[x]));
        }

        writer.Write7BitEncodedInt(points.Dropped.Count);
        foreach (var (check, count) in points.Dropped.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            writer.Write(check);
            writer.Write7BitEncodedInt(count);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads; null where the bytes are not what <see cref="Write"/> writes.</summary>
    public static SheetPoints? Read(byte[] bytes, Sheet sheet)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            if (reader.ReadByte() != Version)
            {
                return null;
            }

            var points = new CheckedPoint[Bounded(reader.Read7BitEncodedInt(), MostPoints)];
            for (var i = 0; i < points.Length; i++)
            {
                var isQuote = reader.ReadBoolean();
                var text = reader.ReadString();
                var speaker = Bounded(reader.Read7BitEncodedInt(), sheet.Lines.Count);
                var cites = new int[Bounded(reader.Read7BitEncodedInt() - 1, PointForm.MostCites) + 1];
                for (var c = 0; c < cites.Length; c++)
                {
                    cites[c] = sheet.Lines[Bounded(reader.Read7BitEncodedInt(), sheet.Lines.Count - 1)].Utterance;
                }

                points[i] = new(text[..Bounded(text.Length, LongestText)], speaker == 0 ? -1 : sheet.Lines[speaker - 1].Speaker, cites,
                    isQuote);
            }

            var dropped = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var left = Bounded(reader.Read7BitEncodedInt(), MostPoints); left > 0; left--)
            {
                dropped[reader.ReadString()] = Bounded(reader.Read7BitEncodedInt(), MostPoints);
            }

            return new(points, dropped);
        }
        catch (Exception e) when (e is IOException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A line by the point's speaker; -1 where there is none.</summary>
    private static int IndexOf(Sheet sheet, CheckedPoint point) =>
        point.Speaker < 0 ? -1 : sheet.Lines.ToList().FindIndex(x => x.Speaker == point.Speaker);

    private static int Bounded(int value, int most) => value >= 0 && value <= most ? value : throw new FormatException();
}
