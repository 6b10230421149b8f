using System.Buffers;
using System.IO.Pipelines;

namespace Fluister.Cli.Rpc;

/// <summary>Lines of a stream, none longer than a limit; of one that is, nothing is kept.</summary>
internal sealed class LineReader(Stream stream, int limit) : IAsyncDisposable
{
    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private bool _isSkipping;

    /// <summary>The next line without its end; null at the stream's end. A line that is too long comes as one that is empty and not
    /// whole.</summary>
    public async ValueTask<(byte[] Line, bool IsWhole)?> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            var read = await _reader.ReadAsync(cancel);
            var buffer = read.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = buffer.Slice(0, end);
                var isWhole = !_isSkipping && line.Length <= limit;
                var result = isWhole ? line.ToArray() : [];
                _isSkipping = false;
                _reader.AdvanceTo(buffer.GetPosition(1, end));
                return (result, isWhole);
            }

            if (read.IsCompleted)
            {
                // A last line without an end, as `printf` makes it, counts.
                var isWhole = !_isSkipping && buffer.Length <= limit;
                (byte[], bool)? last = buffer.IsEmpty && !_isSkipping ? null : (isWhole ? buffer.ToArray() : [], isWhole);
                _isSkipping = false;
                _reader.AdvanceTo(buffer.End);
                return last;
            }

            if (buffer.Length > limit || _isSkipping)
            {
                _isSkipping = true;
                _reader.AdvanceTo(buffer.End);
            }
            else
            {
                _reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
    }

    /// <summary>Lets go of its buffers.</summary>
    public ValueTask DisposeAsync() => _reader.CompleteAsync();
}
