using System.Text;
using System.Text.Json;

namespace Fluister.Summaries.Points;

/// <summary>Reads points from a model's answer, which may be anything. Takes the points that are whole, and leaves the rest.</summary>
internal static class PointReader
{
    /// <summary>More of an answer is not looked at (UTF-16 units).</summary>
    public const int LongestAnswer = 64 * 1024;

    /// <summary>No more points are read.</summary>
    public const int MostPoints = 16;

    /// <summary>No more numbers are read of one point.</summary>
    private const int MostCites = 16;

    /// <summary>Places where an object may begin that are tried.</summary>
    private const int MostBeginnings = 32;

    /// <summary>The points; none where there is none. Never throws.</summary>
    public static List<ModelPoint> Read(string answer)
    {
        answer = answer.Length <= LongestAnswer ? answer : answer[..LongestAnswer];
        var at = 0;
        for (var tries = 0; tries < MostBeginnings && (at = answer.IndexOf('{', at)) >= 0; tries++, at++)
        {
            var points = ReadObject(Encoding.UTF8.GetBytes(answer[at..]));
            if (points is not null)
            {
                return points;
            }
        }

        return [];
    }

    /// <summary>The member "points" of an object; null where it has none.</summary>
    private static List<ModelPoint>? ReadObject(byte[] bytes)
    {
        List<ModelPoint>? points = null;
        try
        {
            var reader = new Utf8JsonReader(bytes, isFinalBlock: false,
                new JsonReaderState(new() { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }));
            reader.Read();
            while (points is null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isPoints = reader.ValueTextEquals("points"u8);
                if (!reader.Read())
                {
                    break;
                }

                if (!isPoints || reader.TokenType != JsonTokenType.StartArray)
                {
                    if (!reader.TrySkip())
                    {
                        break;
                    }

                    continue;
                }

                points = [];
                while (points.Count < MostPoints && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType == JsonTokenType.StartObject)
                    {
                        Add(ref reader, points);
                    }
                    else if (!reader.TrySkip())
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or text that is not UTF-8 or UTF-16: what was whole before stays.
        }

        return points;
    }

    /// <summary>Adds a point if it ends, and has a text.</summary>
    private static void Add(ref Utf8JsonReader reader, List<ModelPoint> points)
    {
        var (who, text) = ("", "");
        List<int> cites = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isWho, isText) = (reader.ValueTextEquals("who"u8), reader.ValueTextEquals("text"u8));
            var isCites = reader.ValueTextEquals("cites"u8);
            if (!reader.Read())
            {
                return;
            }

            if (isWho && reader.TokenType == JsonTokenType.String)
            {
                who = reader.GetString()!;
            }
            else if (isText && reader.TokenType == JsonTokenType.String)
            {
                text = reader.GetString()!;
            }
            else if (isCites && reader.TokenType == JsonTokenType.StartArray)
            {
                cites = Cites(ref reader);
            }
            else if (!reader.TrySkip())
            {
                return;
            }
        }

        if (reader.TokenType == JsonTokenType.EndObject && text.Length > 0)
        {
            points.Add(new(who, text, cites));
        }
    }

    /// <summary>Numbers; what is none becomes 0, which no message has.</summary>
    private static List<int> Cites(ref Utf8JsonReader reader)
    {
        var cites = new List<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var number = reader.TokenType switch
            {
                JsonTokenType.Number when reader.TryGetInt32(out var n) => n,
                JsonTokenType.String when int.TryParse(reader.GetString(), out var n) => n,
                _ => 0,
            };
            if (cites.Count < MostCites)
            {
                cites.Add(number);
            }

            if (!reader.TrySkip())
            {
                break;
            }
        }

        return cites;
    }
}
