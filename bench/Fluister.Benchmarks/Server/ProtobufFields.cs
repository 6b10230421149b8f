namespace Fluister.Benchmarks.Server;

/// <summary>Walks the fields of a protobuf message where it lies.</summary>
internal ref struct ProtobufFields(ReadOnlySpan<byte> message)
{
    private const int WireVarint = 0;
    private const int WireBytes = 2;
    private ReadOnlySpan<byte> _left = message;

    /// <summary>The field's number.</summary>
    public int Field { get; private set; }

    /// <summary>Its value, where that is a number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Its bytes, where it has some.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    public bool Next()
    {
        if (_left.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        Field = (int)(tag >> 3);
        Bytes = default;
        Number = Varint();
        switch (tag & 7)
        {
            case WireVarint:
                return true;
            case WireBytes:
                Bytes = _left[..(int)Number];
                _left = _left[(int)Number..];
                return true;
            default:
                throw new InvalidOperationException("A field of a kind that is not expected.");
        }
    }

    /// <summary>Writes a varint, and gives its length.</summary>
    public static int Write(Span<byte> to, ulong value)
    {
        var at = 0;
        for (; value >= 0x80; value >>= 7)
        {
            to[at++] = (byte)(value | 0x80);
        }

        to[at++] = (byte)value;
        return at;
    }

    private ulong Varint()
    {
        var (value, shift, at) = (0UL, 0, 0);
        byte group;
        do
        {
            group = _left[at++];
            value |= (ulong)(group & 0x7f) << shift;
            shift += 7;
        }
        while (group >= 0x80);
        _left = _left[at..];
        return value;
    }
}
