using System.Text.Json;

namespace Fluister.Summaries.Evaluation;

/// <summary>Whether an answer has exactly the form that was asked for. Digests take less: what is whole of it.</summary>
internal static class AnswerForm
{
    /// <summary>{"points":[{"who":"","text":"","cites":[1]}]} and nothing else.</summary>
    public static bool IsKept(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Count() == 1
                && root.TryGetProperty("points", out var points) && points.ValueKind == JsonValueKind.Array
                && points.EnumerateArray().All(IsPoint);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsPoint(JsonElement point) => point.ValueKind == JsonValueKind.Object && point.EnumerateObject().Count() == 3
        && point.TryGetProperty("who", out var who) && who.ValueKind == JsonValueKind.String
        && point.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
        && point.TryGetProperty("cites", out var cites) && cites.ValueKind == JsonValueKind.Array && cites.GetArrayLength() > 0
        && cites.EnumerateArray().All(x => x.ValueKind == JsonValueKind.Number && x.TryGetInt32(out _));
}
