using Fluister.Summaries;

namespace Fluister.Cli;

/// <summary>Digests as they are made, one after the other: on a terminal with what comes before, else only when they are done.</summary>
/// <param name="output">Where to.</param>
/// <param name="write">How.</param>
/// <param name="isArray">As one JSON array.</param>
/// <param name="isLive">On a terminal, which shows quotes until a model's digest is done.</param>
internal sealed class DigestOutput(Stream output, Action<Digest, Stream> write, bool isArray, bool isLive) : IDisposable
{
    private int _count;
    private Progress? _bar;

    /// <summary>How many messages the digests cover.</summary>
    public long Said { get; private set; }

    /// <summary>Writes one.</summary>
    /// <param name="extractive">The digest in quotes.</param>
    /// <param name="improve">Makes another of it, telling how far it is; null where this one is the digest.</param>
    public async Task WriteAsync(Digest extractive, Func<Action<DigestProgress>, Task<Digest>>? improve)
    {
        Said += extractive.MessageCount;
        if (improve is not null && isLive)
        {
            Separate();
            using var live = new LiveDigest(extractive, output);
            var digest = await improve(live.Report).ConfigureAwait(false);
            if (!ReferenceEquals(digest, extractive))
            {
                live.Replace(digest);
            }
        }
        else
        {
            // Nothing of a digest is written before all of it is there.
            var digest = improve is null ? extractive : await ImproveAsync(improve).ConfigureAwait(false);
            Separate();
            write(digest, output);
        }
    }

    /// <summary>Ends what was begun.</summary>
    public void End()
    {
        if (isArray)
        {
            output.Write(_count == 0 ? "[]\n"u8 : "]\n"u8);
        }

        output.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _bar?.Dispose();

    private void Separate()
    {
        if (isArray || _count > 0)
        {
            output.Write(isArray ? _count == 0 ? "[\n"u8 : ",\n"u8 : "\n"u8);
        }

        _count++;
    }

    private async Task<Digest> ImproveAsync(Func<Action<DigestProgress>, Task<Digest>> improve)
    {
        var done = 0;
        try
        {
            return await improve(progress =>
            {
                if (progress is DigestProgress.Planned planned)
                {
                    (_bar, done) = (new Progress("parts", planned.Segments), planned.FromCache);
                }
                else if (progress is DigestProgress.SegmentDone)
                {
                    _bar?.Report(++done);
                }
            }).ConfigureAwait(false);
        }
        finally
        {
            _bar?.Dispose();
            _bar = null;
        }
    }
}
