namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>Changes messages as an attacker would who knows their form: field by field, at any depth, and byte by byte.</summary>
/// <remarks>Every choice comes from the seed, so that a seed is a bug report.</remarks>
internal sealed class ProtoMutation(int seed)
{
    /// <summary>How deep messages within messages are looked for.</summary>
    private const int DeepestMessage = 5;

    // Points of Curve25519 whose order is small, and encodings that are not reduced (RFC 7748, section 6.1 and the curve's p).
    private static readonly string[] Points =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Bytes that are like these but for one to three changes.</summary>
    /// <param name="bytes">A valid message.</param>
    /// <param name="header">Bytes before its fields, such as a version.</param>
    /// <param name="trailer">Bytes behind its fields, such as a MAC.</param>
    public byte[] Mutate(byte[] bytes, int header = 0, int trailer = 0)
    {
        for (var changes = 1 + _random.Next(3) / 2; changes > 0; changes--)
        {
            bytes = _random.Next(5) == 0 || bytes.Length <= header + trailer
                ? Raw(bytes)
                : [.. bytes[..header], .. Structured(bytes[header..^trailer], 0), .. bytes[^trailer..]];
            (header, trailer) = bytes.Length < header + trailer ? (0, 0) : (header, trailer);
        }

        return bytes;
    }

    /// <summary>The fields changed, and nothing around them.</summary>
    public byte[] MutateFields(byte[] bytes) => Structured(bytes, 0);

    /// <summary>Without regard to form: bits turned, bytes cut off, put in, put behind or exchanged.</summary>
    public byte[] Raw(byte[] bytes)
    {
        var at = _random.Next(bytes.Length + 1);
        var other = _random.Next(bytes.Length + 1);
        var (from, to) = (Math.Min(at, other), Math.Max(at, other));
        switch (_random.Next(9))
        {
            case 0 when bytes.Length > 0:
            case 1 when bytes.Length > 0:
                var turned = (byte[])bytes.Clone();
                turned[_random.Next(bytes.Length)] ^= (byte)(1 << _random.Next(8));
                return turned;
            case 2:
                return bytes[..at];
            case 3:
                return bytes[at..];
            case 4:
                return [.. bytes, .. Random(1 + _random.Next(40))];
            case 5:
                return [.. bytes[..at], .. Random(1 + _random.Next(8)), .. bytes[at..]];
            case 6:
                return [.. bytes[..from], .. bytes[to..]];
            case 7 when bytes.Length > 0:
                var header = (byte[])bytes.Clone();
                header[0] = (byte)_random.Next(256);
                return header;
            default:
                return [.. bytes[..to], .. bytes[from..]];
        }
    }

    private byte[] Structured(byte[] bytes, int depth)
    {
        if (ProtoField.Parse(bytes) is not { Count: > 0 } fields)
        {
            return Raw(bytes);
        }

        var index = _random.Next(fields.Count);
        var field = fields[index];
        if (field.Type == 2 && depth < DeepestMessage && _random.Next(3) > 0 && Inner(field.Content) is { } header)
        {
            fields[index] = field with { Content = [.. field.Content[..header], .. Structured(field.Content[header..], depth + 1)] };
            return ProtoField.Write(fields);
        }

        switch (_random.Next(10))
        {
            case 0:
                fields.RemoveAt(index);
                break;
            case 1:
                fields.Insert(_random.Next(fields.Count + 1), field);
                break;
            case 2:
                fields.Insert(_random.Next(fields.Count + 1), Changed(field, fields));
                break;
            case 3:
                fields.RemoveAt(index);
                fields.Insert(_random.Next(fields.Count + 1), field);
                break;
            case 4:
                fields[index] = field with { Number = _random.Next(3) == 0 ? Edge() & 0x1fff_ffff : (ulong)_random.Next(1, 20) };
                break;
            case 5:
                fields.Insert(_random.Next(fields.Count + 1), Unknown());
                break;
            case 6:
                fields[index] = Retyped(field);
                break;
            default:
                fields[index] = Changed(field, fields);
                break;
        }

        return ProtoField.Write(fields);
    }

    // Messages inside stand alone, or behind a version byte.
    private static int? Inner(byte[] content) =>
        content.Length < 3 ? null
        : ProtoField.Parse(content) is { Count: > 0 } ? 0
        : content[0] is 0x33 or 0x34 or 0x44 && content.Length > 10 ? 1
        : null;

    private ProtoField Changed(ProtoField field, List<ProtoField> siblings)
    {
        if (field.Type == 0)
        {
            return _random.Next(4) switch
            {
                0 => field with { Padding = 1 + _random.Next(10) },
                1 => field with { Value = field.Value + (ulong)_random.Next(-2, 3) },
                _ => field with { Value = Edge() },
            };
        }

        var content = field.Content;
        if (field.Type != 2)
        {
            return field with { Content = Random(content.Length) };
        }

        return _random.Next(14) switch
        {
            0 => field with { Content = [] },
            1 => field with { LengthError = _random.Next(3) == 0 ? (long)(Edge() >> 1) : _random.Next(-3, 4) },
            2 => field with { Padding = 1 + _random.Next(9) },
            3 => field with { Content = content[..^Math.Min(content.Length, 1 + _random.Next(3))] },
            4 => field with { Content = [.. content, .. Random(1 + _random.Next(3))] },
            5 => field with { Content = new byte[content.Length] },
            6 => field with { Content = Random(content.Length) },
            7 => field with { Content = siblings[_random.Next(siblings.Count)].Content },
            8 when content.Length == 33 => field with { Content = [5, .. Point()] },
            9 when content.Length == 33 => field with { Content = [.. content[..32], (byte)(content[32] ^ 0x80)] },
            10 when content.Length > 0 => field with { Content = [(byte)_random.Next(16), .. content[1..]] },
            11 => field with { Content = content[..(content.Length / 2)] },
            _ => field with { Content = Raw(content) },
        };
    }

    // The same number with another wire type; among them groups, and types that there are none of.
    private ProtoField Retyped(ProtoField field)
    {
        var type = _random.Next(8);
        return type switch
        {
            0 => field with { Type = 0, Value = Edge(), Content = [] },
            1 => field with { Type = 1, Content = Random(8) },
            2 => field with { Type = 2, Content = Random(_random.Next(40)) },
            5 => field with { Type = 5, Content = Random(4) },
            _ => field with { Type = type, Content = [] },
        };
    }

    private ProtoField Unknown() => Retyped(new ProtoField { Number = (ulong)_random.Next(16, 3000), Type = 0 });

    private ulong Edge() => ProtoField.Edges[_random.Next(ProtoField.Edges.Length)];

    private byte[] Point() => Convert.FromHexString(Points[_random.Next(Points.Length)]);

    private byte[] Random(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
