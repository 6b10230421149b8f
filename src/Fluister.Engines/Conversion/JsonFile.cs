using System.Text.Json;
using System.Text.Unicode;

namespace Fluister.Engines.Conversion;

/// <summary>JSON files that come with a model, and typed looks into them. What is not as it should be ends in
/// <see cref="InvalidDataException"/>, whose message says what.</summary>
internal static class JsonFile
{
    /// <summary>Bytes of a file; vocabularies have up to some 40 MB.</summary>
    private const int Longest = 128 << 20;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>The file as an object; null where there is no such file.</summary>
    public static JsonElement? Read(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            return null;
        }

        Require(new FileInfo(path).Length <= Longest, $"{name} is too long");
        return Parse(File.ReadAllBytes(path), name);
    }

    /// <summary>JSON as an object.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> json, string name)
    {
        try
        {
            RequireText(json.Span, name);
            using var document = JsonDocument.Parse(json, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone() : throw new InvalidDataException($"{name} is no JSON object");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{name} is no JSON: line {e.LineNumber + 1}", e);
        }
    }

    /// <summary>A member; null where it is missing or null.</summary>
    public static JsonElement? Get(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value : null;

    /// <summary>Its text; null where it is missing or no text.</summary>
    public static string? Text(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Its truth; null where it is missing or neither.</summary>
    public static bool? Truth(this JsonElement element, string name) => element.Get(name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A number between 0 and a limit; null where it is missing.</summary>
    public static int? Count(this JsonElement element, string name, int maximum) => element.Get(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= maximum ? number
        : throw new InvalidDataException($"\"{name}\" is no number up to {maximum}");

    /// <summary>A number; null where it is missing.</summary>
    public static double? Number(this JsonElement element, string name) => element.Get(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw new InvalidDataException($"\"{name}\" is no number");

    /// <summary>The number of a token; -1 for what is none.</summary>
    public static int Id(this JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) ? id : -1;

    /// <summary>Its members; none where it is missing or no object.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Object } members ? members.EnumerateObject() : [];

    /// <summary>Its elements; none where it is missing or no array.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement element, string name) =>
        element.Get(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Ends the conversion.</summary>
    public static void Require(bool isTrue, string otherwise)
    {
        if (!isTrue)
        {
            throw new InvalidDataException(otherwise);
        }
    }

    /// <summary>JSON may hold bytes and escapes that are no text, and .NET would find out later, wherever it is read.</summary>
    private static void RequireText(ReadOnlySpan<byte> json, string name)
    {
        var isText = Utf8.IsValid(json);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        while (isText && reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                try
                {
                    _ = reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    isText = false;
                }
            }
        }

        Require(isText, $"{name} holds what is no text in Unicode");
    }
}
