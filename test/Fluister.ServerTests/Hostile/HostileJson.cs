using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Fluister.Tests.Protocol;
using Fluister.Wire.Json;

namespace Fluister.ServerTests.Hostile;

/// <summary>Bodies that have the names of the contract and little else of it: from the contract's own description, so that a request
/// which is added is attacked too.</summary>
internal sealed class HostileJson(SeededRandom random)
{
    private const int Deepest = 6;

    private static readonly JsonTypeInfo[] Types =
    [
        .. typeof(WireJson).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Json", StringComparison.Ordinal) && !type.IsSubclassOf(typeof(JsonSerializerContext)))
            .Select(type => WireJson.Default.GetTypeInfo(type)).OfType<JsonTypeInfo>(),
    ];

    private static readonly string[] Odd =
    [
        "null", "{}", "[]", "[null]", "\"\"", "0", "-1", "1e999", "2147483648", "9223372036854775807", "-9223372036854775808",
        "18446744073709551616", "1.5", "true", "\"AA\"", "\"!!!!\"", "\"BQ==\"", "\"\\u0000\"", "\"\\ud800\"", "{\"\":null}", "[[[[]]]]",
    ];

    // For each place the types that were understood there.
    private readonly Dictionary<string, List<JsonTypeInfo>> _understood = [];
    private readonly Dictionary<string, int> _turns = [];
    private JsonTypeInfo? _last;

    /// <summary>A body for a place: mostly of a form that was understood there before, where there is one.</summary>
    public byte[] Next(string place)
    {
        _last = null;
        return Encoding.UTF8.GetBytes(random.Next(24) switch
        {
            0 => Odd[random.Next(Odd.Length)],
            1 => new string('[', 1 + random.Next(100_000)),
            2 => string.Concat(Enumerable.Repeat("{\"a\":", 500)) + "1" + new string('}', 500),
            3 => "\u0001\ufffd",
            _ => Value(_last = Choose(place), 0),
        });
    }

    /// <summary>Tells that the last body was understood, whatever was thought of it.</summary>
    public void Understood(string place)
    {
        if (_last is not null)
        {
            _understood.TryAdd(place, []);
            _understood[place].Add(_last);
        }
    }

    // Every type once in its turn, until some are known to be understood.
    private JsonTypeInfo Choose(string place)
    {
        if (random.Next(3) != 0 && _understood.TryGetValue(place, out var known))
        {
            return known[random.Next(known.Count)];
        }

        var turn = _turns[place] = _turns.GetValueOrDefault(place) + 1;
        return Types[turn % Types.Length];
    }

    private string Value(JsonTypeInfo type, int depth)
    {
        if (random.Next(20) == 0 || depth > Deepest)
        {
            return Odd[random.Next(Odd.Length)];
        }

        return type.Kind switch
        {
            JsonTypeInfoKind.Object => $"{{{string.Join(',', type.Properties.SelectMany(property => Members(property, depth)))}}}",
            JsonTypeInfoKind.Enumerable => $"[{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Element(type, depth)))}]",
            JsonTypeInfoKind.Dictionary => "{\"storage\":" + Value(Info(type.ElementType), depth + 1) + "}",
            _ => Leaf(Nullable.GetUnderlyingType(type.Type) ?? type.Type),
        };
    }

    private string Element(JsonTypeInfo list, int depth) => random.Next(6) == 0 ? "null" : Value(Info(list.ElementType), depth + 1);

    // A member may be missing, or come twice.
    private IEnumerable<string> Members(JsonPropertyInfo property, int depth)
    {
        for (var i = random.Next(25) switch { 0 => 2, 1 => 0, _ => 1 }; i > 0; i--)
        {
            yield return JsonValue.Create(property.Name).ToJsonString() + ":" + Value(Info(property.PropertyType), depth + 1);
        }
    }

    private static JsonTypeInfo Info(Type? type) =>
        WireJson.Default.GetTypeInfo(type ?? typeof(string)) ?? JsonTypeInfo.CreateJsonTypeInfo<object>(WireJson.Default.Options);

    private string Leaf(Type type) => type switch
    {
        _ when type == typeof(bool) => random.Next(2) == 0 ? "true" : "false",
        _ when type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) => $"\"{Convert.ToBase64String(Key())}\"",
        _ when type == typeof(string) => Text(),
        _ when type == typeof(Guid) => $"\"{new Guid(random.Bytes(16))}\"",
        _ => Number(),
    };

    private string Number() => random.Next(4) switch
    {
        0 => random.Next(4).ToString(CultureInfo.InvariantCulture),
        1 => Odd[6 + random.Next(6)],
        _ => random.Next(20_000).ToString(CultureInfo.InvariantCulture),
    };

    private string Text() => random.Next(6) switch
    {
        0 => "\"sms\"",
        1 => $"\"+31{random.Next(1_000_000_000)}\"",
        2 => $"\"ACI:{new Guid(random.Bytes(16))}\"",
        3 => $"\"{new string('x', random.Next(5000))}\"",
        4 => "\"noop.noop.x\"",
        _ => $"\"{Convert.ToBase64String(Key())}\"",
    };

    // Of the lengths that keys have, sometimes with the byte that says which kind.
    private byte[] Key()
    {
        int[] lengths = [0, 1, 16, 32, 33, 64, 80, 1569, random.Next(3000)];
        var bytes = random.Bytes(lengths[random.Next(lengths.Length)]);
        if (bytes.Length is 33 or 1569)
        {
            bytes[0] = (byte)(bytes.Length == 33 ? 5 : 8);
        }

        return bytes;
    }
}
