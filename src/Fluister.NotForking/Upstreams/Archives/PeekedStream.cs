namespace Fluister.NotForking.Upstreams.Archives;

/// <summary>A stream whose first bytes have been looked at, and which may yield only so much.</summary>
internal sealed class PeekedStream : Stream
{
    private readonly Stream _from;
    private readonly byte[] _first;
    private readonly long _limit;
    private int _taken;

    /// <summary>Looks at the first bytes.</summary>
    /// <param name="from">What is read; it is disposed with this.</param>
    /// <param name="count">How many bytes are looked at.</param>
    /// <param name="limit">How much it may yield.</param>
    public PeekedStream(Stream from, int count, long limit)
    {
        (_from, _limit) = (from, limit);
        var first = new byte[count];
        _first = first[..from.ReadAtLeast(first, count, throwOnEndOfStream: false)];
    }

    /// <summary>The first bytes, or as many as there are.</summary>
    public ReadOnlySpan<byte> First => _first;

    /// <summary>How much was read.</summary>
    public long Total { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    /// <exception cref="ArchiveBombException">More than the limit.</exception>
    public override int Read(Span<byte> buffer)
    {
        int count;
        if (_taken < _first.Length)
        {
            count = Math.Min(buffer.Length, _first.Length - _taken);
            _first.AsSpan(_taken, count).CopyTo(buffer);
            _taken += count;
        }
        else
        {
            count = _from.Read(buffer);
        }

        Total += count;
        return Total <= _limit ? count : throw new ArchiveBombException(_limit);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _from.Dispose();
        }

        base.Dispose(disposing);
    }
}
