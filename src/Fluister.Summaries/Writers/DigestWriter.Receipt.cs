using System.Globalization;
using System.Text.Json;

namespace Fluister.Summaries;

// How a digest was made: for people as a few lines at the end, for programs as an object.
public static partial class DigestWriter
{
    private static List<string> Making(DigestReceipt receipt)
    {
        var number = CultureInfo.InvariantCulture;
        var lines = new List<string>
        {
            $"{Written(receipt.Model)}{(receipt.ModelSha256 is { } hash ? $", SHA-256 {Written(hash)}" : "")}",
            $"{Written(receipt.Engine)} {Written(receipt.EngineVersion)}; {Written(receipt.Confinement)}",
            $"Prompts {Written(receipt.PromptVersion)}, "
                + (receipt.Temperature > 0 ? string.Create(number, $"temperature {receipt.Temperature}, seed {receipt.Seed}")
                    : "always the likeliest token"),
            string.Create(number, $"Read {receipt.MessagesRead} of {Count(receipt.MessagesCovered, "message", "messages")} in ")
                + $"{Count(receipt.Segments, "part", "parts")}: {receipt.SegmentsFromCache} known before, {receipt.SegmentsFailed} failed",
            $"{Count(receipt.PointsKept, "point", "points")} kept, {receipt.PointsDropped.Values.Sum()} dropped{Reasons(receipt)}",
            string.Create(number, $"{receipt.PromptTokens} tokens read, {receipt.GeneratedTokens} written ")
                + string.Create(number, $"in {receipt.EngineTime.TotalSeconds:F0} s"),
        };
        return lines;
    }

    private static string Reasons(DigestReceipt receipt) => receipt.PointsDropped.Values.All(x => x == 0) ? ""
        : $" ({string.Join(", ", receipt.PointsDropped.Where(x => x.Value > 0).OrderBy(x => x.Key, StringComparer.Ordinal)
            .Select(x => string.Create(CultureInfo.InvariantCulture, $"{Written(x.Key)} {x.Value}")))})";

    private static void Member(Utf8JsonWriter json, DigestReceipt? receipt)
    {
        if (receipt is null)
        {
            json.WriteNull("receipt");
            return;
        }

        json.WriteStartObject("receipt");
        json.WriteString("engine", Whole(receipt.Engine));
        json.WriteString("engineVersion", Whole(receipt.EngineVersion));
        json.WriteString("model", Whole(receipt.Model));
        Optional(json, "modelSha256", receipt.ModelSha256);
        json.WriteString("confinement", Whole(receipt.Confinement));
        json.WriteString("promptVersion", Whole(receipt.PromptVersion));
        json.WriteNumber("temperature", receipt.Temperature);
        json.WriteNumber("seed", receipt.Seed);
        json.WriteNumber("messagesCovered", receipt.MessagesCovered);
        json.WriteNumber("messagesRead", receipt.MessagesRead);
        json.WriteNumber("segments", receipt.Segments);
        json.WriteNumber("segmentsFromCache", receipt.SegmentsFromCache);
        json.WriteNumber("segmentsFailed", receipt.SegmentsFailed);
        json.WriteNumber("pointsKept", receipt.PointsKept);
        json.WriteStartObject("pointsDropped");
        foreach (var (check, count) in receipt.PointsDropped.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            json.WriteNumber(Whole(check), count);
        }

        json.WriteEndObject();
        json.WriteNumber("promptTokens", receipt.PromptTokens);
        json.WriteNumber("generatedTokens", receipt.GeneratedTokens);
        json.WriteNumber("engineSeconds", Math.Round(receipt.EngineTime.TotalSeconds, 3));
        json.WriteEndObject();
    }
}
