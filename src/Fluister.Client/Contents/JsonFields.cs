using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fluister.Client.Contents;

/// <summary>Reads JSON of the store, whose values may be of any type.</summary>
internal static class JsonFields
{
    /// <summary>A text; null where there is none.</summary>
    public static string? Text(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A whole number; null where there is none.</summary>
    public static long? Number(this JsonObject json, string name) => json[name] is JsonValue value ? Number(value) : null;

    /// <summary>True where it is there and true.</summary>
    public static bool Flag(this JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    /// <summary>An object; null where there is none.</summary>
    public static JsonObject? Part(this JsonObject json, string name) => json[name] as JsonObject;

    /// <summary>The objects of a list; none where there is no list.</summary>
    public static IEnumerable<JsonObject> Parts(this JsonObject json, string name) =>
        json[name] is JsonArray list ? list.OfType<JsonObject>() : [];

    /// <summary>The texts of a list; none where there is no list.</summary>
    public static IEnumerable<string> Texts(this JsonObject json, string name) =>
        json[name] is JsonArray list
            ? list.OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var text) ? text : null).OfType<string>()
            : [];

    /// <summary>The whole numbers of a list; none where there is no list.</summary>
    public static IEnumerable<long> Numbers(this JsonObject json, string name) =>
        json[name] is JsonArray list ? list.OfType<JsonValue>().Select(Number).OfType<long>() : [];

    /// <summary>Bytes from base64; null where there are none.</summary>
    public static byte[]? Bytes(this JsonObject json, string name)
    {
        var text = json.Text(name);
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    /// <summary>Sets it, or takes it away where the value is null.</summary>
    public static void Put(this JsonObject json, string name, JsonNode? value)
    {
        if (value is null)
        {
            json.Remove(name);
        }
        else
        {
            json[name] = value;
        }
    }

    private static long? Number(JsonValue value) => value.GetValueKind() != JsonValueKind.Number ? null
        : value.TryGetValue<long>(out var number) ? number
        : value.TryGetValue<int>(out var small) ? small
        : value.TryGetValue<double>(out var real) && Math.Abs(real) < 9e15 ? (long)real
        : null;
}
