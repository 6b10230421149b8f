using System.Text.Json;

namespace Fluister.Wire.Json;

/// <summary>Bytes as an array of numbers, as libsignal writes an access key, or as base64, as others do.</summary>
public sealed class BytesConverter : Base64Converter
{
    private const int Most = 1024;

    /// <summary>Reads either form; numbers may be signed, as Java's bytes are.</summary>
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return base.Read(ref reader, typeToConvert, options);
        }

        var bytes = new List<byte>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (bytes.Count == Most || reader.TokenType != JsonTokenType.Number
                || !reader.TryGetInt32(out var value) || value is < -128 or > 255)
            {
                throw new JsonException();
            }

            bytes.Add((byte)value);
        }

        return [.. bytes];
    }
}
