using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Fluister.Archive.Exports.Output;

/// <summary>Takes blocks of bytes in order.</summary>
internal interface IByteSink
{
    /// <summary>Takes the next bytes; they are copied or written before it returns.</summary>
    void Append(ReadOnlySpan<byte> bytes);
}

/// <summary>Writes UTF-8 into a pooled buffer that drains into a sink, or grows where there is none.</summary>
/// <remarks>With a sink, no text of any length makes the buffer larger than <see cref="BlockSize"/>.</remarks>
internal sealed class Utf8Writer(IByteSink? sink = null) : IDisposable
{
    /// <summary>Bytes that a writer holds before it drains into its sink.</summary>
    internal const int BlockSize = 64 * 1024;

    private const int FirstSize = 1024;
    private const int CharactersAtOnce = 8 * 1024;

    private byte[] _buffer = [];
    private int _length;
    private long _drained;

    /// <summary>Bytes written so far, drained or not.</summary>
    internal long Total => _drained + _length;

    /// <summary>Bytes of memory that the buffer takes.</summary>
    internal int Capacity => _buffer.Length;

    /// <summary>What is written and not drained.</summary>
    internal ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Room for at least <paramref name="size"/> bytes; <see cref="Advance"/> takes what was used.</summary>
    internal Span<byte> Room(int size)
    {
        if (_buffer.Length - _length < size)
        {
            MakeRoom(size);
        }

        return _buffer.AsSpan(_length);
    }

    internal void Advance(int count) => _length += count;

    internal void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BlockSize && sink is not null)
        {
            Drain();
            sink.Append(bytes);
            _drained += bytes.Length;
            return;
        }

        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
    }

    internal void Write(byte value)
    {
        Room(1)[0] = value;
        _length++;
    }

    /// <summary>Decimal digits. Not an overload of Write: a small constant would be taken for a byte.</summary>
    internal void WriteNumber(long value)
    {
        Utf8Formatter.TryFormat(value, Room(20), out var count);
        _length += count;
    }

    /// <summary>Text as it is; a lone surrogate becomes U+FFFD.</summary>
    internal void Write(ReadOnlySpan<char> text)
    {
        while (text.Length > CharactersAtOnce)
        {
            var take = char.IsHighSurrogate(text[CharactersAtOnce - 1]) ? CharactersAtOnce - 1 : CharactersAtOnce;
            Encode(text[..take]);
            text = text[take..];
        }

        Encode(text);
    }

    // Not in one statement: making room may drain, which sets the length back.
    private void Encode(ReadOnlySpan<char> text)
    {
        var room = Room(text.Length * 3);
        _length += Encoding.UTF8.GetBytes(text, room);
    }

    /// <summary>Hands everything to the sink.</summary>
    internal void Drain()
    {
        if (sink is not null && _length > 0)
        {
            sink.Append(_buffer.AsSpan(0, _length));
            _drained += _length;
            _length = 0;
        }
    }

    /// <summary>Hands everything to the sink and the memory back to the pool.</summary>
    internal void Release()
    {
        Drain();
        GiveBack();
    }

    /// <summary>Forgets what was written.</summary>
    internal void Clear()
    {
        _length = 0;
        _drained = 0;
    }

    /// <summary>Gives the memory back, without draining.</summary>
    public void Dispose()
    {
        GiveBack();
        _length = 0;
    }

    private void GiveBack()
    {
        if (_buffer.Length > 0)
        {
            // Other people's messages do not stay behind in memory that others will rent.
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = [];
        }
    }

    private void MakeRoom(int size)
    {
        if (sink is not null && _length + size > BlockSize)
        {
            Drain();
            if (size <= _buffer.Length)
            {
                return;
            }
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + size, Math.Max(FirstSize, _buffer.Length * 2)));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        GiveBack();
        _buffer = larger;
    }
}
