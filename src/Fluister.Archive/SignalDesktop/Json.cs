using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Fluister.Archive.SignalDesktop;

/// <summary>Reads values leniently: a value of another type than expected is nothing, never an exception.</summary>
/// <remarks>Each call stands on the value's first token and leaves the reader on its last.</remarks>
internal static class Json
{
    private const int MaximumDepth = 64;

    /// <summary>A reader over one column. Comments and trailing commas do not occur in what JSON.stringify writes.</summary>
    public static Utf8JsonReader Reader(ReadOnlySpan<byte> utf8) => new(utf8, new JsonReaderOptions { MaxDepth = MaximumDepth });

    /// <summary>The string, with lone surrogates and invalid UTF-8 as U+FFFD; null for anything else.</summary>
    public static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        if (!reader.ValueIsEscaped)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }

        // Utf8JsonReader.GetString throws on "\ud800", which JSON.stringify of old engines wrote for a cut emoji.
        return Unescape(reader.ValueSpan);
    }

    /// <summary>The number, rounded towards zero and held within 64 bits, also where it is written as a string.</summary>
    public static long? Number(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
        {
            return reader.TryGetInt64(out var integer) ? integer
                : reader.TryGetDouble(out var real) && double.IsFinite(real) ? Saturate(real) : null;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            return Utf8Parser.TryParse(reader.ValueSpan, out long value, out var used) && used == reader.ValueSpan.Length ? value : null;
        }

        reader.Skip();
        return null;
    }

    /// <summary>True for true and for a number other than 0.</summary>
    public static bool Flag(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.Number => Number(ref reader) != 0,
        _ => SkipValue(ref reader),
    };

    /// <summary>Enters an object; false, and past it, where the value is something else.</summary>
    public static bool Object(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    /// <summary>The next property within an entered object, the reader standing on its value; false at the object's end.</summary>
    public static bool Property(ref Utf8JsonReader reader, out Field field)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            field = Field.Other;
            return false;
        }

        field = Fields.Find(reader.ValueSpan);
        reader.Read();
        return true;
    }

    /// <summary>Enters an array; false, and past it, where the value is something else.</summary>
    public static bool Array(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            return true;
        }

        reader.Skip();
        return false;
    }

    /// <summary>The next element within an entered array; false at its end.</summary>
    public static bool Element(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType != JsonTokenType.EndArray;

    private static bool SkipValue(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return false;
    }

    private static long Saturate(double value) =>
        value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue : (long)value;

    private static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var characters = ArrayPool<char>.Shared.Rent(escaped.Length);
        var written = 0;
        while (!escaped.IsEmpty)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain < 0)
            {
                plain = escaped.Length;
            }

            written += Encoding.UTF8.GetChars(escaped[..plain], characters.AsSpan(written));
            escaped = escaped[plain..];
            if (escaped.Length < 2)
            {
                break;
            }

            var taken = 2;
            characters[written++] = escaped[1] switch
            {
                (byte)'n' => '\n',
                (byte)'t' => '\t',
                (byte)'r' => '\r',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'u' => Unit(escaped, ref taken),
                var other => (char)other,
            };
            escaped = escaped[taken..];
        }

        var text = Wellformed(characters.AsSpan(0, written));
        ArrayPool<char>.Shared.Return(characters, clearArray: true);
        return text;
    }

    private static char Unit(ReadOnlySpan<byte> escaped, ref int taken)
    {
        if (escaped.Length < 6 || !Utf8Parser.TryParse(escaped.Slice(2, 4), out ushort unit, out var used, 'X') || used != 4)
        {
            return '\uFFFD';
        }

        taken = 6;
        return (char)unit;
    }

    private static string Wellformed(Span<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                continue;
            }

            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else
            {
                text[i] = '\uFFFD';
            }
        }

        return new string(text);
    }
}
