using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.Cli;

/// <summary>JSON on standard output, for other programs.</summary>
internal static class JsonOutput
{
    // Relaxed: the reader is a program, and letters of all scripts stay legible. Control characters are escaped all the same.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object a line.</summary>
    public static void Lines<T>(IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        using var output = new BufferedStream(Console.OpenStandardOutput(), 64 * 1024);
        using var writer = new Utf8JsonWriter(output, Options);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(writer, item);
            writer.WriteEndObject();
            writer.Flush();
            output.WriteByte((byte)'\n');
            writer.Reset();
        }
    }

    /// <summary>An enumeration's name as JSON has it: "linkTitle".</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
