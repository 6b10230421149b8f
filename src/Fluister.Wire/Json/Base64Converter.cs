using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fluister.Wire.Json;

/// <summary>Bytes as base64: written with padding; read with or without, in either alphabet, since clients differ.</summary>
public class Base64Converter : JsonConverter<byte[]>
{
    /// <summary>Reads base64.</summary>
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Decode(reader.GetString()!) : throw new JsonException();

    /// <summary>Writes base64.</summary>
    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value);

    /// <summary>Bytes of base64 in either alphabet, with padding or without.</summary>
    /// <exception cref="JsonException">It is not that.</exception>
    public static byte[] Decode(string text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text.AsSpan().TrimEnd('=').ToString().Replace('+', '-').Replace('/', '_'));
        }
        catch (FormatException wrong)
        {
            throw new JsonException("Not base64.", wrong);
        }
    }
}
