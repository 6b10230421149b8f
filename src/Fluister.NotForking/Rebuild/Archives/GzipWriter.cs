using System.Buffers.Binary;

namespace Fluister.NotForking.Rebuild.Archives;

/// <summary>gzip (RFC 1952) without time, name and system in its header.</summary>
internal sealed class GzipWriter : Stream
{
    private readonly Stream _output;
    private readonly Deflater _deflater;
    private readonly Checksum32 _checksum = new();
    private uint _length;

    /// <summary>Writes the header. The output stays open at the end.</summary>
    public GzipWriter(Stream output)
    {
        _output = output;
        _deflater = new Deflater(output);
        output.Write([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]);
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _checksum.Add(buffer);
        _length += (uint)buffer.Length;
        _deflater.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _deflater.Finish();
            Span<byte> trailer = stackalloc byte[8];
            BinaryPrimitives.WriteUInt32LittleEndian(trailer, _checksum.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], _length);
            _output.Write(trailer);
        }

        base.Dispose(disposing);
    }
}
