namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>
/// Compresses by RFC 1951. .NET's own compressor is another in each version of the runtime, and may choose by what the processor can do;
/// this one gives the same bytes everywhere.
/// </summary>
internal sealed class Deflater(Stream output)
{
    private const int Window = 1 << 15;
    private const int Segment = 1 << 20;
    private const int Shortest = 3;
    private const int Longest = 258;
    private const int Tries = 24;

    private readonly byte[] _buffer = new byte[Window + Segment];
    private readonly int[] _heads = new int[1 << 15];
    private readonly int[] _previous = new int[Window + Segment];
    private readonly BitWriter _bits = new(output);
    private readonly DeflateBlock _block = new();
    private int _start;
    private int _end;

    /// <summary>Takes more to compress.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_end == _buffer.Length)
            {
                Compress();
                Slide();
            }

            var part = bytes[..Math.Min(bytes.Length, _buffer.Length - _end)];
            part.CopyTo(_buffer.AsSpan(_end));
            _end += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    /// <summary>Writes what is left, and the end.</summary>
    public void Finish()
    {
        Compress();
        _block.Write(_bits, isLast: true);
        _bits.Flush();
    }

    private void Slide()
    {
        _buffer.AsSpan(_end - Window, Window).CopyTo(_buffer);
        _start = _end = Window;
        Array.Clear(_heads);
        for (var at = 0; at + Shortest <= Window; at++)
        {
            Insert(at);
        }
    }

    private void Compress()
    {
        for (var at = _start; at < _end;)
        {
            var (length, distance) = Find(at);
            var inserted = at;
            if (length is >= Shortest and < 32 && Find(at + 1).Length > length)
            {
                length = 0;
            }

            if (length < Shortest)
            {
                _block.Literal(_buffer[at++]);
            }
            else
            {
                _block.Match(length, distance);
                at += length;
            }

            for (; inserted < at; inserted++)
            {
                Insert(inserted);
            }

            if (_block.IsFull)
            {
                _block.Write(_bits, isLast: false);
            }
        }

        _start = _end;
    }

    private (int Length, int Distance) Find(int at)
    {
        var longest = Math.Min(Longest, _end - at);
        var best = (Length: 0, Distance: 0);
        if (longest < Shortest)
        {
            return best;
        }

        // Places are kept plus one: 0 is none.
        var place = _heads[Hash(at)] - 1;
        for (var tries = 0; tries < Tries && place >= 0 && at - place <= Window; tries++, place = _previous[place] - 1)
        {
            if (place < at && (best.Length == 0 || _buffer[place + best.Length] == _buffer[at + best.Length]))
            {
                var length = _buffer.AsSpan(at, longest).CommonPrefixLength(_buffer.AsSpan(place, longest));
                if (length > best.Length)
                {
                    best = (length, at - place);
                    if (length == longest)
                    {
                        break;
                    }
                }
            }
        }

        return best.Length >= Shortest ? best : default;
    }

    private void Insert(int at)
    {
        if (at + Shortest <= _end)
        {
            var hash = Hash(at);
            _previous[at] = _heads[hash];
            _heads[hash] = at + 1;
        }
    }

    private int Hash(int at) => (int)((uint)((_buffer[at] << 16 | _buffer[at + 1] << 8 | _buffer[at + 2]) * 0x9E3779B1u) >> 17);
}
