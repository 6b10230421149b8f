using System.Diagnostics;

namespace Fluister.Cli;

/// <summary>A line on standard error that says how far the work is; on a terminal only.</summary>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly bool _isShown = !Console.IsErrorRedirected;
    private readonly string _unit;
    private readonly long? _total;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _next = TimeSpan.FromMilliseconds(500);
    private bool _hasWritten;

    public Progress(string unit, long? total = null)
    {
        _unit = unit;
        _total = total is > 0 ? total : null;
    }

    /// <summary>Shows progress over a sequence and ends it when cancelled.</summary>
    public static IEnumerable<T> Over<T>(IEnumerable<T> items, string unit, CancellationToken cancel, long? total = null)
    {
        using var progress = new Progress(unit, total);
        long count = 0;
        foreach (var item in items)
        {
            if ((++count & 0xFF) == 0)
            {
                cancel.ThrowIfCancellationRequested();
                progress.Report(count);
            }

            yield return item;
        }
    }

    /// <summary>Tells how much is done; cheap enough to be called often.</summary>
    public void Report(long done)
    {
        if (!_isShown || _watch.Elapsed < _next)
        {
            return;
        }

        _next = _watch.Elapsed + Interval;
        _hasWritten = true;
        Console.Error.Write(_total is { } total
            ? $"\r{Bar(done, total)} {done:N0} of {total:N0} {_unit}, {Left(done, total)} left  "
            : $"\r{done:N0} {_unit}  ");
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (_hasWritten)
        {
            Console.Error.Write("\r\u001b[K");
        }
    }

    private static string Bar(long done, long total)
    {
        const int Width = 20;
        var filled = (int)Math.Clamp(Width * done / total, 0, Width);
        return $"[{new string('#', filled)}{new string('.', Width - filled)}]";
    }

    private string Left(long done, long total)
    {
        var seconds = _watch.Elapsed.TotalSeconds * Math.Max(0, total - done) / Math.Max(1, done);
        return seconds < 60 ? $"{seconds:F0} s" : $"{seconds / 60:F0} min";
    }
}
