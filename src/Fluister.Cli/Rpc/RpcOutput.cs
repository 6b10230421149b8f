using System.Threading.Channels;

namespace Fluister.Cli.Rpc;

/// <summary>Lines on their way to one program, in order, bounded: whoever has a line never waits for a program that does not
/// read.</summary>
internal sealed class RpcOutput(Stream stream) : IDisposable
{
    private readonly Channel<byte[]> _lines = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _cut = new();
    private int _count;
    private long _bytes;
    private bool _isClosed;

    /// <summary>Cancelled when the program is cut off because it does not read.</summary>
    public CancellationToken Cut => _cut.Token;

    /// <summary>Adds a line, with its end.</summary>
    /// <returns>False where it is not taken any more: the program was cut off, now or before.</returns>
    public bool Add(byte[] line)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return false;
            }

            if (_count >= RpcLimits.OutgoingLines || (_count > 0 && _bytes + line.Length > RpcLimits.OutgoingBytes))
            {
                _isClosed = true;
                _lines.Writer.TryWrite(RpcText.Error(null, new RpcException(RpcException.LimitReached,
                    $"Cut off: more than {RpcLimits.OutgoingLines} lines waited to be read. "
                    + "Connect again and read faster; what was received is in the account's history.")));
                _lines.Writer.Complete();
                _cut.CancelAfter(RpcLimits.LastWords);
                return false;
            }

            _count++;
            _bytes += line.Length;
            return _lines.Writer.TryWrite(line);
        }
    }

    /// <summary>Takes no more lines; <see cref="RunAsync"/> ends after the last.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _lines.Writer.TryComplete();
        }
    }

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose() => _cut.Dispose();

    /// <summary>Writes lines until there are no more.</summary>
    /// <exception cref="IOException">The program is gone.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _cut.Token);
        await foreach (var line in _lines.Reader.ReadAllAsync(either.Token))
        {
            await stream.WriteAsync(line, either.Token);
            bool isLast;
            lock (_gate)
            {
                isLast = --_count <= 0;
                _bytes -= line.Length;
            }

            if (isLast)
            {
                await stream.FlushAsync(either.Token);
            }
        }
    }
}
