using System.Diagnostics;
using System.Text;
using Fluister.Summaries;

namespace Fluister.Cli;

/// <summary>A digest on a terminal: the quotes at once, below them what the model writes as it comes, and at the end the model's digest in
/// the place of both.</summary>
internal sealed class LiveDigest : IDisposable
{
    private const int MostPoints = 8;
    private const int RawLength = 1000;
    private const string Unchecked = "  not checked yet: ";

    private static readonly TimeSpan RedrawTime = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TickTime = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Stream _output;
    private readonly int _width = Math.Max(20, Console.WindowWidth);
    private readonly int _height = Console.WindowHeight;
    private readonly List<string> _points = [];
    private readonly StringBuilder _raw = new();
    private readonly Timer _timer;
    private readonly int _rowsAbove;
    private long _lastDraw;
    private long _estimated;
    private TimeSpan? _remaining;
    private int _parts;
    private int _done;
    private int _rows;
    private int _mostRows;
    private bool _isOver;

    /// <summary>Shows the quotes.</summary>
    public LiveDigest(Digest extractive, Stream output)
    {
        _output = output;
        var text = Text(extractive);
        Write(text);
        _rowsAbove = Terminal.Rows(text, _width);
        _timer = new Timer(_ => Tick(), null, TickTime, TickTime);
        Draw();
    }

    /// <summary>Whether output goes to a terminal whose cursor can be moved.</summary>
    public static bool IsPossible => !Console.IsOutputRedirected && Console.WindowHeight > 5
        && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>Shows how far the model is.</summary>
    public void Report(DigestProgress progress)
    {
        lock (_gate)
        {
            switch (progress)
            {
                case DigestProgress.Planned planned:
                    (_parts, _done) = (planned.Segments, planned.FromCache);
                    Estimate(planned.Remaining);
                    break;
                case DigestProgress.Text text:
                    _raw.Append(text.Piece);
                    if (_raw.Length > 2 * RawLength)
                    {
                        _raw.Remove(0, _raw.Length - RawLength);
                    }

                    break;
                case DigestProgress.Point point:
                    _raw.Clear();
                    _points.Add(DigestWriter.Line(point.Checked));
                    break;
                case DigestProgress.SegmentDone done:
                    _raw.Clear();
                    _done++;
                    Estimate(done.Remaining);
                    break;
            }

            if (!_isOver && Stopwatch.GetElapsedTime(_lastDraw) >= RedrawTime)
            {
                Draw();
            }
        }
    }

    /// <summary>Puts the finished digest in the place of all that was shown, where that is still on the screen; else below it.</summary>
    public void Replace(Digest digest)
    {
        lock (_gate)
        {
            Clear();
            var isOnScreen = _rowsAbove + _mostRows < _height && Console.WindowWidth == _width && Console.WindowHeight == _height;
            Write((isOnScreen ? Up(_rowsAbove) : new string('─', _width - 1) + "\n") + Text(digest));
        }
    }

    /// <summary>Takes what is not finished away and leaves the quotes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Clear();
        }

        _timer.Dispose();
    }

    private static string Text(Digest digest)
    {
        using var stream = new MemoryStream();
        DigestWriter.WriteText(digest, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static string Up(int rows) => rows > 0 ? $"\u001b[{rows}A\r\u001b[J" : "\r\u001b[J";

    private void Estimate(TimeSpan? remaining) => (_remaining, _estimated) = (remaining, Stopwatch.GetTimestamp());

    private void Tick()
    {
        lock (_gate)
        {
            try
            {
                if (!_isOver)
                {
                    Draw();
                }
            }
            catch (IOException)
            {
                // The terminal is gone: who writes the digest will notice.
            }
        }
    }

    private void Clear()
    {
        if (!_isOver)
        {
            _isOver = true;
            Write(Up(_rows));
        }
    }

    private void Draw()
    {
        _lastDraw = Stopwatch.GetTimestamp();
        var lines = new List<string> { "", Status() };
        lines.AddRange(_points.TakeLast(Math.Min(MostPoints, _height - 5)).Select(x => $"  - {x}"));
        if (Tail() is { Length: > 0 } tail)
        {
            lines.Add($"{Unchecked}{tail}");
        }

        // One column is left free: a full line would wrap on some terminals.
        Write(Up(_rows) + string.Concat(lines.Select(x => Terminal.Fit(x, _width - 1).TrimEnd() + "\n")));
        _rows = lines.Count;
        _mostRows = Math.Max(_mostRows, _rows);
    }

    private string Status()
    {
        if (_parts == 0)
        {
            return "── The model is being started. Ctrl-C leaves the quotes above. ──";
        }

        var left = _done < _parts ? _remaining - Stopwatch.GetElapsedTime(_estimated) : null;
        var time = left is not { } some ? ""
            : some.TotalSeconds < 90 ? $", about {Math.Max(1, some.TotalSeconds):F0} s left" : $", about {some.TotalMinutes:F0} min left";
        return $"── The model has done {_done} of {_parts} parts{time} ──";
    }

    /// <summary>The end of the point that comes now, out of the form that it comes in.</summary>
    private string Tail()
    {
        const string Member = "\"text\"";
        var raw = _raw.ToString();
        var at = raw.LastIndexOf(Member, StringComparison.Ordinal);
        var start = at < 0 ? -1 : raw.IndexOf('"', at + Member.Length);
        if (start < 0)
        {
            return "";
        }

        var end = start + 1;
        while (end < raw.Length && raw[end] != '"')
        {
            end += raw[end] == '\\' ? 2 : 1;
        }

        var text = Terminal.Clean(raw[(start + 1)..Math.Min(end, raw.Length)]);
        var room = _width - Unchecked.Length - 2;
        return text.Length <= room ? text : "…" + text[^room..];
    }

    private void Write(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.Flush();
    }
}
