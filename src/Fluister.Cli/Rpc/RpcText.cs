using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.Cli.Rpc;

/// <summary>Lines of JSON-RPC 2.0.</summary>
internal static class RpcText
{
    // Relaxed: the reader is a program. Control characters, and so line ends, are escaped all the same.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object as a line.</summary>
    public static byte[] Line(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            members(writer);
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What a request is answered with.</summary>
    /// <param name="id">The request's id as it came.</param>
    /// <param name="result">Writes the result, one value.</param>
    public static byte[] Result(JsonElement id, Action<Utf8JsonWriter> result) => Line(writer =>
    {
        writer.WritePropertyName("result");
        result(writer);
        writer.WritePropertyName("id");
        id.WriteTo(writer);
    });

    /// <summary>What a request that failed is answered with.</summary>
    /// <param name="id">The request's id; null where it is not known.</param>
    /// <param name="e">Why.</param>
    public static byte[] Error(JsonElement? id, RpcException e) => Line(writer =>
    {
        writer.WriteStartObject("error");
        writer.WriteNumber("code", e.Code);
        writer.WriteString("message", e.Message);
        if (e.Kind is { } kind)
        {
            writer.WriteStartObject("data");
            writer.WriteString("kind", kind);
            if (e.RetryAfterSeconds is { } after)
            {
                writer.WriteNumber("retryAfterSeconds", after);
            }

            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("data");
        }

        writer.WriteEndObject();
        writer.WritePropertyName("id");
        if (id is { } known)
        {
            known.WriteTo(writer);
        }
        else
        {
            writer.WriteNullValue();
        }
    });

    /// <summary>Several answers as one line, as a batch is answered.</summary>
    public static byte[] Batch(IReadOnlyList<byte[]> answers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var answer in answers)
        {
            buffer.Write(buffer.WrittenCount == 0 ? "["u8 : ","u8);
            buffer.Write(answer.AsSpan(0, answer.Length - 1));
        }

        buffer.Write("]\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
