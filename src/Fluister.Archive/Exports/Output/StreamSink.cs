namespace Fluister.Archive.Exports.Output;

/// <summary>Hands blocks on to a stream and counts them.</summary>
internal sealed class StreamSink(Stream stream) : IByteSink
{
    internal long Bytes { get; private set; }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        Bytes += bytes.Length;
    }
}
