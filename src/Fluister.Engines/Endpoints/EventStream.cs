using System.Runtime.CompilerServices;

namespace Fluister.Engines.Endpoints;

/// <summary>Server-sent events (HTML Standard, section 9.2), of which engines use the data alone, and LF or CRLF to end a line. The sender
/// is not trusted: lines, the whole and silence have limits.</summary>
internal static class EventStream
{
    /// <summary>Longest line. The last event of llama-server may repeat settings, none repeats a prompt.</summary>
    public const int MaximumLine = 1 << 20;

    /// <summary>Most bytes of one answer.</summary>
    public const int MaximumStream = 64 << 20;

    /// <summary>The data of each event, as it comes. Ends with the stream or at the event "[DONE]".</summary>
    /// <param name="stream">Bytes of the answer.</param>
    /// <param name="silence">How long it may say nothing at all.</param>
    /// <param name="cancel">Stops at once.</param>
    /// <exception cref="EngineException">A limit.</exception>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(
        Stream stream, TimeSpan silence, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var clock = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var buffer = new byte[8 << 10];
        var (filled, total) = (0, 0L);
        byte[] pending = [];
        while (true)
        {
            int read;
            try
            {
                clock.CancelAfter(silence);
                read = await stream.ReadAsync(buffer.AsMemory(filled), clock.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new EngineException(EngineError.Timeout, $"The engine has said nothing for {silence.TotalMinutes:0} minutes.");
            }

            filled += read;
            total += read;
            var start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                var line = buffer.AsMemory(start, length > 0 && buffer[start + length - 1] == '\r' ? length - 1 : length);
                start += length + 1;
                if (Data(line) is { } data)
                {
                    pending = pending.Length == 0 ? data.ToArray() : [.. pending, (byte)'\n', .. data.Span];
                }
                else if (line.IsEmpty && pending.Length > 0)
                {
                    if (pending.AsSpan().SequenceEqual("[DONE]"u8))
                    {
                        yield break;
                    }

                    yield return pending;
                    pending = [];
                }
            }

            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (read == 0)
            {
                yield break;
            }

            if (filled > MaximumLine || pending.Length > MaximumLine || total > MaximumStream)
            {
                throw new EngineException(EngineError.Protocol, "The engine's answer is longer than an answer can be.");
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private static ReadOnlyMemory<byte>? Data(ReadOnlyMemory<byte> line)
    {
        if (!line.Span.StartsWith("data:"u8))
        {
            return null;
        }

        line = line["data:".Length..];
        return line.Span.StartsWith(" "u8) ? line[1..] : line;
    }
}
