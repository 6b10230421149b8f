using System.Diagnostics;

namespace Fluister.NotForking.Upstreams.Archives;

/// <summary>What another program makes of a stream, as it comes: `bzip2 -dc`, `xz -dc`. Ends with an error if the program does.</summary>
internal sealed class ProgramStream : Stream
{
    private readonly ProgramRun _run;
    private readonly int _warning;
    private readonly Stream _from;
    private readonly Process _process;
    private readonly Task _input;
    private readonly Task<string> _error;
    private volatile ArchiveBombException? _bomb;

    /// <summary>Starts the program.</summary>
    /// <param name="run">The program.</param>
    /// <param name="from">What it reads; it is disposed with this.</param>
    /// <param name="warning">An exit code that is no failure either.</param>
    public ProgramStream(ProgramRun run, Stream from, int warning)
    {
        (_run, _from, _warning) = (run, from, warning);
        _process = run.Start();
        _input = Task.Run(() => Feed(from));
        _error = _process.StandardError.ReadToEndAsync();
    }

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
    public override int Read(Span<byte> buffer)
    {
        var count = _process.StandardOutput.BaseStream.Read(buffer);
        if (count == 0 && buffer.Length > 0)
        {
            _process.WaitForExit();
            if (_bomb is { } bomb)
            {
                throw bomb;
            }

            return _process.ExitCode == 0 || _process.ExitCode == _warning
                ? 0 : throw new InvalidDataException(_run.Failure(_process.ExitCode, _error.GetAwaiter().GetResult().Trim()).Message);
        }

        return count;
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
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            _input.Wait();
            _process.Dispose();
            _from.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Feed(Stream from)
    {
        try
        {
            from.CopyTo(_process.StandardInput.BaseStream);
            _process.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException or ArchiveBombException)
        {
            // The program ended, or what it reads did: it tells on its own. But of a layer that is too long, only this knows.
            _bomb = e as ArchiveBombException;
            try
            {
                _process.StandardInput.Close();
            }
            catch (IOException)
            {
            }
        }
    }
}
