namespace Fluister.Archive.Exports.Age;

/// <summary>A stream with one byte of look-ahead, so that the last chunk is known as such when it is read.</summary>
internal sealed class AgeInput(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>True where no byte is left; may wait for one.</summary>
    public bool IsAtEnd
    {
        get
        {
            if (_start == _end)
            {
                (_start, _end) = (0, stream.Read(_buffer, 0, _buffer.Length));
            }

            return _end == 0;
        }
    }

    /// <summary>One byte; -1 at the end.</summary>
    public int ReadByte() => IsAtEnd ? -1 : _buffer[_start++];

    /// <summary>Fills as much as there is.</summary>
    public int Read(Span<byte> target)
    {
        var count = 0;
        while (count < target.Length && !IsAtEnd)
        {
            var part = Math.Min(_end - _start, target.Length - count);
            _buffer.AsSpan(_start, part).CopyTo(target[count..]);
            _start += part;
            count += part;
        }

        return count;
    }
}
