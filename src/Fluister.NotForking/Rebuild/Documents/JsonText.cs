using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fluister.NotForking.Rebuild.Documents;

/// <summary>JSON files that are the same on every system: two spaces, LF, a line end at the end.</summary>
internal static class JsonText
{
    /// <summary>Writes one value.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions
        {
            Indented = true,
            NewLine = "\n",
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }))
        {
            write(writer);
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    /// <summary>Writes an object without line ends: what is hashed as it is.</summary>
    public static byte[] WriteCompact(Action<Utf8JsonWriter> write)
    {
        var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            write(writer);
        }

        return bytes.ToArray();
    }

    /// <summary>A member that is an object.</summary>
    public static void Object(this Utf8JsonWriter json, string name, Action content)
    {
        json.WriteStartObject(name);
        content();
        json.WriteEndObject();
    }

    /// <summary>An object as an element, or as the whole.</summary>
    public static void Object(this Utf8JsonWriter json, Action content)
    {
        json.WriteStartObject();
        content();
        json.WriteEndObject();
    }

    /// <summary>A member that is an array.</summary>
    public static void Array<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }
}
