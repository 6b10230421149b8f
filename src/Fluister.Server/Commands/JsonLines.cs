using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.Server.Commands;

/// <summary>Lists for other programs: one JSON object a line, on standard output.</summary>
internal static class JsonLines
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a list.</summary>
    public static void Write<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        using var output = Console.OpenStandardOutput();
        foreach (var item in items)
        {
            using (var writer = new Utf8JsonWriter(output, Options))
            {
                writer.WriteStartObject();
                write(writer, item);
                writer.WriteEndObject();
            }

            output.WriteByte((byte)'\n');
        }
    }
}
