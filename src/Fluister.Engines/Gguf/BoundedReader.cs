using System.Buffers.Binary;

namespace Fluister.Engines.Gguf;

/// <summary>Reads little-endian numbers up to a position, and skips without reading.</summary>
internal sealed class BoundedReader(Stream stream, long end)
{
    private const int BufferSize = 64 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];
    private int _used;
    private int _filled;

    /// <summary>Bytes read and skipped.</summary>
    public long Position { get; private set; }

    public void Read(Span<byte> bytes)
    {
        Advance(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (_used == _filled)
            {
                (_used, _filled) = (0, stream.Read(_buffer));
                if (_filled == 0)
                {
                    throw TooShort();
                }
            }

            var part = Math.Min(bytes.Length, _filled - _used);
            _buffer.AsSpan(_used, part).CopyTo(bytes);
            _used += part;
            bytes = bytes[part..];
        }
    }

    public void Skip(long count)
    {
        Advance(count);
        var part = (int)Math.Min(count, _filled - _used);
        _used += part;
        if (count > part)
        {
            stream.Seek(count - part, SeekOrigin.Current);
        }
    }

    public uint UInt32()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        Read(bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public long Int64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Read(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    /// <summary>A number of things, within a limit.</summary>
    public long Count(long maximum, string ofWhat)
    {
        var count = Int64();
        return count >= 0 && count <= maximum
            ? count
            : throw new InvalidDataException($"it claims {(ulong)count} {ofWhat}, and {maximum} is the most");
    }

    private static InvalidDataException TooShort() => new("it ends in the middle of its header");

    private void Advance(long count) => Position = count <= end - Position ? Position + count : throw TooShort();
}
