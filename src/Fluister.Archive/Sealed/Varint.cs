using Fluister.Archive.Conversations;

namespace Fluister.Archive.Sealed;

/// <summary>Whole numbers of seven bits a byte, least significant first, the highest bit set on all bytes but the last.</summary>
internal static class Varint
{
    public const int MaximumBytes = 10;

    public static int Write(ulong value, Span<byte> target)
    {
        var count = 0;
        while (value >= 0x80)
        {
            target[count++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[count++] = (byte)value;
        return count;
    }

    public static ulong Read(ReadOnlySpan<byte> source, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if ((uint)at >= (uint)source.Length)
            {
                break;
            }

            var part = source[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Unreadable();
    }

    /// <summary>A count or a length: at most the given.</summary>
    public static int ReadCount(ReadOnlySpan<byte> source, ref int at, int maximum)
    {
        var value = Read(source, ref at);
        return value <= (ulong)maximum ? (int)value : throw Unreadable();
    }

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    /// <summary>An authentic file that makes no sense was written by a faulty program.</summary>
    public static ArchiveException Unreadable() => new(ArchiveError.Damaged, "A file of Fluister's does not make sense. Delete it.");
}

/// <summary>Bytes in memory that grow, with numbers and text.</summary>
internal sealed class ByteList
{
    private byte[] _bytes = new byte[256];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Number(ulong value) => Count += Varint.Write(value, Room(Varint.MaximumBytes));

    public void Signed(long value) => Number(Varint.ZigZag(value));

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Count += bytes.Length;
    }

    public void Text(ReadOnlySpan<char> text)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(text);
        Number((ulong)length);
        System.Text.Encoding.UTF8.GetBytes(text, Room(length));
        Count += length;
    }

    private Span<byte> Room(int length)
    {
        if (_bytes.Length - Count < length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Count + length));
        }

        return _bytes.AsSpan(Count);
    }
}
