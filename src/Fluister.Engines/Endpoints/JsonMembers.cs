using System.Text.Json;

namespace Fluister.Engines.Endpoints;

/// <summary>Reads JSON that somebody else made: what is not there, or is of another kind, is undefined or null and never an
/// exception.</summary>
internal static class JsonMembers
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static JsonElement First(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() > 0 ? element[0] : default;

    public static string? Text(this JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // An escape that is half of a surrogate pair.
            return null;
        }
    }

    public static int? Count(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) && number >= 0 ? number : null;

    public static TimeSpan? Milliseconds(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out var number) && number is >= 0 and < 1e10
            ? TimeSpan.FromMilliseconds(number)
            : null;

    public static bool True(this JsonElement element) => element.ValueKind == JsonValueKind.True;
}
