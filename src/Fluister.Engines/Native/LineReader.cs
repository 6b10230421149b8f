namespace Fluister.Engines.Native;

/// <summary>Lines of bytes from a pipe, none longer than <see cref="LongestLine"/>.</summary>
internal sealed class LineReader(Stream stream)
{
    /// <summary>More than any prompt that fits into a context, and little enough to hold.</summary>
    public const int LongestLine = 16 << 20;

    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    /// <summary>The next line without its end, good until the next call; null at the end of the pipe.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancel)
    {
        var seen = _start;
        while (true)
        {
            if (_buffer.AsSpan(seen, _end - seen).IndexOf((byte)'\n') is var at and >= 0)
            {
                var line = _buffer.AsMemory(_start, seen + at - _start);
                _start = seen + at + 1;
                return line;
            }

            seen = MakeRoom();
            var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
            if (count == 0)
            {
                return null;
            }

            _end += count;
        }
    }

    /// <summary>Moves the rest to the front, or takes a larger buffer; returns where the unread begins.</summary>
    private int MakeRoom()
    {
        var length = _end - _start;
        if (length >= LongestLine)
        {
            throw new InvalidDataException("A line is too long.");
        }

        var buffer = length > _buffer.Length / 2 ? new byte[Math.Min(_buffer.Length * 2, LongestLine + 1)] : _buffer;
        Buffer.BlockCopy(_buffer, _start, buffer, 0, length);
        (_buffer, _start, _end) = (buffer, 0, length);
        return length;
    }
}
