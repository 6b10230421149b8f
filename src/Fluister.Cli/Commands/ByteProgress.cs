namespace Fluister.Cli.Commands;

/// <summary>Progress over many bytes, whose number may turn out later; told in megabytes.</summary>
internal sealed class ByteProgress : IDisposable
{
    private Progress? _progress;

    /// <summary>Tells how many bytes of how many are done.</summary>
    public void Report(long done, long total) => (_progress ??= new Progress("MB", total >> 20)).Report(done >> 20);

    /// <inheritdoc/>
    public void Dispose() => _progress?.Dispose();
}
