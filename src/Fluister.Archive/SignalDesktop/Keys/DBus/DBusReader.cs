using System.Buffers.Binary;
using System.Text;

namespace Fluister.Archive.SignalDesktop.Keys.DBus;

/// <summary>Reads little-endian values; what does not fit in the bytes is a <see cref="DBusException"/>.</summary>
internal ref struct DBusReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>True where all was read.</summary>
    public readonly bool AtEnd => Position == _bytes.Length;

    public void Align(int boundary) => Take((boundary - (Position % boundary)) % boundary);

    public byte Byte() => Take(1)[0];

    public uint UInt32()
    {
        Align(4);
        return BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
    }

    public int Int32() => unchecked((int)UInt32());

    public bool Boolean() => UInt32() switch
    {
        0 => false,
        1 => true,
        _ => throw Malformed(),
    };

    /// <summary>A string or an object path.</summary>
    public string String() => Encoding.UTF8.GetString(Text());

    /// <summary>A string's bytes, for what must not become a string.</summary>
    public ReadOnlySpan<byte> Text() => Terminated(Length(UInt32()));

    public string Signature() => Encoding.ASCII.GetString(Terminated(Byte()));

    public ReadOnlySpan<byte> Bytes() => Take(Length(UInt32()));

    /// <summary>An array of strings or object paths.</summary>
    public List<string> Strings()
    {
        var end = ArrayEnd(4);
        List<string> values = [];
        while (Position < end)
        {
            values.Add(String());
        }

        return Position == end ? values : throw Malformed();
    }

    /// <summary>Where the array that starts here ends; afterwards the first element comes.</summary>
    public int ArrayEnd(int alignment)
    {
        var length = Length(UInt32());
        Align(alignment);
        return length <= _bytes.Length - Position ? Position + length : throw Malformed();
    }

    /// <summary>Enters a variant, which must hold a value of this signature.</summary>
    public void Variant(string signature)
    {
        if (Signature() != signature)
        {
            throw Malformed();
        }
    }

    /// <summary>Passes a value of a basic type.</summary>
    public void Skip(string signature)
    {
        switch (signature)
        {
            case "y":
                Take(1);
                break;
            case "n" or "q":
                Align(2);
                Take(2);
                break;
            case "b" or "i" or "u" or "h":
                UInt32();
                break;
            case "x" or "t" or "d":
                Align(8);
                Take(8);
                break;
            case "s" or "o":
                Text();
                break;
            case "g":
                Signature();
                break;
            default:
                throw Malformed();
        }
    }

    public static DBusException Malformed() => new("it sent a malformed message");

    private readonly int Length(uint length) => length <= (uint)(_bytes.Length - Position) ? (int)length : throw Malformed();

    private ReadOnlySpan<byte> Terminated(int length)
    {
        var value = Take(length);
        return Take(1)[0] == 0 ? value : throw Malformed();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - Position)
        {
            throw Malformed();
        }

        Position += count;
        return _bytes.Slice(Position - count, count);
    }
}
