namespace Fluister.Tests.Protocol.Fuzzing;

/// <summary>One field of a protocol buffers message as it stands on the wire, right or wrong: what a mutation works on.</summary>
internal sealed record ProtoField
{
    /// <summary>Numbers that break things: at the edges of seven-bit groups, of 32 and of 64 bits, of signs.</summary>
    public static readonly ulong[] Edges =
    [
        0, 1, 2, 126, 127, 128, 255, 256, 16_383, 16_384, 25_000, 25_001, 65_535, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
        0x1_0000_0000, 0x1_0000_0001, 0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_ffff_ffff,
    ];

    /// <summary>The field's number.</summary>
    public required ulong Number { get; init; }

    /// <summary>The wire type, 0 to 7.</summary>
    public required int Type { get; init; }

    /// <summary>The value of a varint.</summary>
    public ulong Value { get; init; }

    /// <summary>The content of bytes, or of a fixed value.</summary>
    public byte[] Content { get; init; } = [];

    /// <summary>Zero groups put behind the value of a varint, which leave its value but are not the shortest form.</summary>
    public int Padding { get; init; }

    /// <summary>What is added to the length that is written before bytes.</summary>
    public long LengthError { get; init; }

    /// <summary>Takes a message apart; null where it is not one.</summary>
    public static List<ProtoField>? Parse(ReadOnlySpan<byte> bytes)
    {
        var fields = new List<ProtoField>();
        while (!bytes.IsEmpty)
        {
            if (!TryVarint(ref bytes, out var tag) || tag >> 3 is 0 or > 0x1fff_ffff)
            {
                return null;
            }

            var type = (int)(tag & 7);
            var length = 0UL;
            var value = 0UL;
            switch (type)
            {
                case 0 when TryVarint(ref bytes, out value):
                    break;
                case 1:
                    length = 8;
                    break;
                case 2 when TryVarint(ref bytes, out length):
                    break;
                case 5:
                    length = 4;
                    break;
                default:
                    return null;
            }

            if (length > (ulong)bytes.Length)
            {
                return null;
            }

            fields.Add(new ProtoField { Number = tag >> 3, Type = type, Value = value, Content = bytes[..(int)length].ToArray() });
            bytes = bytes[(int)length..];
        }

        return fields;
    }

    /// <summary>Puts a message together again.</summary>
    public static byte[] Write(IEnumerable<ProtoField> fields)
    {
        var bytes = new List<byte>();
        foreach (var field in fields)
        {
            Varint(bytes, (field.Number << 3) | (uint)field.Type, 0);
            if (field.Type == 0)
            {
                Varint(bytes, field.Value, field.Padding);
            }
            else if (field.Type == 2)
            {
                Varint(bytes, (ulong)(field.Content.Length + field.LengthError), field.Padding);
                bytes.AddRange(field.Content);
            }
            else
            {
                bytes.AddRange(field.Content);
            }
        }

        return [.. bytes];
    }

    private static void Varint(List<byte> bytes, ulong value, int padding)
    {
        while (value >= 0x80)
        {
            bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        for (; padding > 0; padding--)
        {
            bytes.Add((byte)(value | 0x80));
            value = 0;
        }

        bytes.Add((byte)value);
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (var i = 0; i < 10 && i < bytes.Length; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
