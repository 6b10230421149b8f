using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fluister.Client.Store;

/// <summary>JSON in a column: what Signal Desktop keeps there, in the same form as it writes it.</summary>
internal static class JsonColumn
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Binds an object as text.</summary>
    public static StoreStatement.Run Bind(this StoreStatement.Run run, JsonObject json) => run.Bind(writer => json.WriteTo(writer));

    /// <summary>Binds what a writer is given, as text; the memory it was written to is cleared.</summary>
    public static StoreStatement.Run Bind(this StoreStatement.Run run, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            write(writer);
        }

        run.BindUtf8(buffer.WrittenSpan);
        buffer.Clear();
        return run;
    }

    /// <summary>The object in a column; an empty one where there is none.</summary>
    /// <exception cref="ClientException">Store: it is no JSON.</exception>
    public static JsonObject Json(this StoreStatement.Run run, int column)
    {
        var text = run.Bytes(column);
        if (text.IsEmpty)
        {
            return [];
        }

        try
        {
            return JsonNode.Parse(text) as JsonObject ?? [];
        }
        catch (JsonException broken)
        {
            throw new ClientException(
                ClientError.Store, "A row of the account's store is no JSON. Restore a backup of the account.", broken);
        }
    }

    /// <summary>A property that is text; null where it is not there, or something else.</summary>
    public static string? Text(JsonNode? json, string name) =>
        (json as JsonObject)?[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>A property that is a whole number; null where it is not there, or something else.</summary>
    public static long? Number(JsonNode? json, string name) =>
        (json as JsonObject)?[name] is not JsonValue value ? null
            : value.TryGetValue(out long number) ? number
            : value.TryGetValue(out int small) ? small
            : value.TryGetValue(out uint positive) ? positive
            : value.TryGetValue(out ulong big) && big <= long.MaxValue ? (long)big : null;

    /// <summary>Whether a property is true, or a number other than 0.</summary>
    public static bool Flag(JsonNode? json, string name) =>
        (json as JsonObject)?[name] is JsonValue value
            && (value.TryGetValue(out bool flag) ? flag : Number(json, name) is not (null or 0));

    /// <summary>The elements of a property that are objects, at most <see cref="ClientLimits.MessageParts"/>.</summary>
    public static IEnumerable<JsonObject> Objects(JsonNode? json, string name) =>
        ((json as JsonObject)?[name] as JsonArray)?.Take(ClientLimits.MessageParts).OfType<JsonObject>() ?? [];
}
