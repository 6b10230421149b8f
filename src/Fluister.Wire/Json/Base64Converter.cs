using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fluister.Wire.Json;

/// <summary>Bytes as base64: written with padding; read with or without, in either alphabet, since clients differ.</summary>
public class Base64Converter : JsonConverter<byte[]>
{
    /// <summary>Reads base64.</summary>
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException();
        }

        return reader.HasValueSequence || reader.ValueIsEscaped || !TryDecode(reader.ValueSpan, out var bytes)
            ? Decode(reader.GetString()!)
            : bytes;
    }

    /// <summary>Writes base64.</summary>
    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value);

    // The usual form, in the usual alphabet and with padding, without a text in between: every message has a large one.
    private static bool TryDecode(ReadOnlySpan<byte> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (!Base64.IsValid(text, out var length))
        {
            return false;
        }

        bytes = new byte[length];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done && written == length;
    }

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
