using System.Buffers.Binary;

namespace Fluister.Protocol.Encoding;

/// <summary>Wire types of protocol buffers (protobuf.dev, "Encoding").</summary>
internal enum ProtoType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    GroupStart = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}

/// <summary>Reads a protocol buffers message field by field, without copies; unknown fields are passed over.</summary>
/// <remarks>
/// <para>Ours rather than a library's: bytes that a MAC covers must be taken as they came, secrets must not lie in strings
/// and shared buffers that cannot be cleared, and a hostile length must cost nothing.</para>
/// <para>Nothing in the protocol has groups, but an unknown field may be one: it is passed over, nested up to
/// <see cref="GroupDepth"/> deep.</para>
/// </remarks>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>How deep groups of unknown fields may be nested: 100, as libsignal's own reader allows.</summary>
    public const int GroupDepth = 100;

    private ReadOnlySpan<byte> _rest = bytes;
    private ProtoType _type;

    /// <summary>Number of the field that <see cref="Next"/> found.</summary>
    public uint Field { get; private set; }

    /// <summary>Goes to the next field, whose value must then be read or passed over.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        var field = tag >> 3;
        var type = (ProtoType)(tag & 7);
        if (field is 0 or > 0x1fffffff || type > ProtoType.Fixed32)
        {
            throw Malformed();
        }

        (Field, _type) = ((uint)field, type);
        return true;
    }

    /// <summary>The value of a varint field of 64 bits.</summary>
    public ulong UInt64()
    {
        Expect(ProtoType.Varint);
        return ReadVarint();
    }

    /// <summary>The value of a varint field of 32 bits; higher bits are cut off, as every implementation does.</summary>
    public uint UInt32() => (uint)UInt64();

    /// <summary>The value of a bool field.</summary>
    public bool Bool() => UInt64() != 0;

    /// <summary>The value of a fixed64 field.</summary>
    public ulong Fixed64()
    {
        Expect(ProtoType.Fixed64);
        return BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
    }

    /// <summary>The value of a bytes, string or message field: a part of what is read, not a copy.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        Expect(ProtoType.Bytes);
        return Take(ReadVarint());
    }

    /// <summary>Passes over the value of a field that is not known.</summary>
    /// <exception cref="ProtocolException">Malformed.</exception>
    public void Skip()
    {
        Span<uint> groups = stackalloc uint[GroupDepth];
        var depth = 0;
        do
        {
            switch (_type)
            {
                case ProtoType.Varint:
                    ReadVarint();
                    break;
                case ProtoType.Fixed64:
                    Take(8);
                    break;
                case ProtoType.Bytes:
                    Take(ReadVarint());
                    break;
                case ProtoType.Fixed32:
                    Take(4);
                    break;
                case ProtoType.GroupStart when depth < GroupDepth:
                    groups[depth++] = Field;
                    break;
                case ProtoType.GroupEnd when depth > 0 && groups[depth - 1] == Field:
                    depth--;
                    break;
                default:
                    throw Malformed();
            }
        }
        while (depth > 0 && Next());

        if (depth > 0)
        {
            throw Malformed();
        }
    }

    private static ProtocolException Malformed() => new(ProtocolError.Malformed, "The bytes are not a protocol buffers message.");

    private readonly void Expect(ProtoType type)
    {
        if (_type != type)
        {
            throw Malformed();
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw Malformed();
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var i = 0; i < 10 && i < _rest.Length; i++)
        {
            var b = _rest[i];
            if (i == 9 && b > 1)
            {
                break;
            }

            value |= (ulong)(b & 0x7f) << (7 * i);
            if (b < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw Malformed();
    }
}
