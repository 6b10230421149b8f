using System.Diagnostics;

namespace Fluister.Benchmarks.Server;

/// <summary>One who sends, and those who read and acknowledge: one, the members of a group, or nobody while the reader is away. A message
/// is done when it was answered and has arrived everywhere; both come in the order of sending.</summary>
/// <param name="readers">How many read.</param>
internal abstract class Chat(int readers) : IReceiver, IDisposable
{
    /// <summary>Bytes of what is sent.</summary>
    public const int PayloadBytes = 1024;

    // In the open mode: so many under way are an overload, and what is due later waits.
    private const int MostUnderWay = 16;
    private readonly Lock _gate = new();
    private readonly Queue<long> _due = [];
    private readonly List<long> _times = [];
    private readonly Dictionary<long, int> _copies = [];
    private readonly List<LoadSocket> _sockets = [];
    private readonly List<Task> _reading = [];
    private int _window;
    private long _until = long.MinValue;
    private long _most;
    private long _sent;
    private long _answered;
    private long _arrived;
    private bool _isBatch;

    /// <summary>Who sends.</summary>
    public required LoadSocket From { get; init; }

    /// <summary>Messages that are under way.</summary>
    public long UnderWay
    {
        get
        {
            lock (_gate)
            {
                return _sent - Done;
            }
        }
    }

    /// <summary>Messages that were stored for a reader who is away, and that have not come since.</summary>
    public long Missing
    {
        get
        {
            lock (_gate)
            {
                return _answered - _arrived;
            }
        }
    }

    /// <summary>Messages that are done.</summary>
    public long Done => readers == 0 ? _answered : Math.Min(_answered, _arrived);

    /// <summary>Throws where a connection has failed.</summary>
    public void ThrowIfFailed()
    {
        if (_reading.Find(task => task.IsFaulted) is { Exception: { } failure })
        {
            throw new InvalidOperationException($"A connection failed: {failure.InnerException!.Message}", failure.InnerException);
        }
    }

    /// <summary>Sends as fast as messages are done, so many under way, until a time or a number.</summary>
    public void Start(int window, long until, int most = int.MaxValue)
    {
        lock (_gate)
        {
            (_window, _until, _most) = (window, until, _sent + most);
            Fill();
        }

        Flush();
    }

    /// <summary>Sends one message that is due now; the time counts from then, however late it leaves.</summary>
    public void Offer(long due)
    {
        lock (_gate)
        {
            (_window, _until) = (MostUnderWay, long.MinValue);
            _due.Enqueue(due);
            Fill();
        }

        Flush();
    }

    /// <summary>Ends a round: what has not left does not leave any more.</summary>
    /// <returns>How many of those there were.</returns>
    public int Stop()
    {
        lock (_gate)
        {
            var unsent = _due.Count;
            _due.Clear();
            _until = long.MinValue;
            return unsent;
        }
    }

    /// <summary>The times from sending to arrival since the last call, in ticks of the stopwatch.</summary>
    public IReadOnlyList<long> TakeTimes()
    {
        lock (_gate)
        {
            var times = _times.ToArray();
            _times.Clear();
            return times;
        }
    }

    /// <summary>Connects the reader who was away, but for what makes the server deliver.</summary>
    public virtual Task ReturnAsync() => throw new NotSupportedException();

    /// <summary>Has the reader who was away read what waits.</summary>
    public virtual Task FetchAsync() => throw new NotSupportedException();

    /// <inheritdoc/>
    public abstract void Received(LoadSocket socket, ReadOnlySpan<byte> message);

    /// <inheritdoc/>
    public void Flush()
    {
        lock (_gate)
        {
            if (_isBatch)
            {
                _isBatch = false;
                EndBatch();
            }
        }

        From.Flush();
    }

    /// <summary>Cuts all connections.</summary>
    public void Dispose()
    {
        From.Dispose();
        _sockets.ForEach(socket => socket.Dispose());
        GC.SuppressFinalize(this);
    }

    /// <summary>Reads from a connection from now on.</summary>
    protected void Read(LoadSocket socket)
    {
        _sockets.Add(socket);
        _reading.Add(socket.ReadAsync(this));
    }

    /// <summary>Posts a message with a time of sending to the sender's connection; one call at a time.</summary>
    protected abstract void Post(long stamp);

    /// <summary>Posts what goes behind messages that leave together.</summary>
    protected virtual void EndBatch()
    {
    }

    /// <summary>The server has answered that it has a message.</summary>
    protected void Answered()
    {
        lock (_gate)
        {
            _answered++;
            Fill();
        }
    }

    /// <summary>How many messages the server has, of all that were sent.</summary>
    protected void AnsweredUpTo(long sum)
    {
        lock (_gate)
        {
            _answered = Math.Max(sum, _answered);
            Fill();
        }
    }

    /// <summary>A message has arrived with a reader.</summary>
    protected void Arrived(long stamp)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            if (readers > 1)
            {
                var copies = _copies.GetValueOrDefault(stamp) + 1;
                _copies[stamp] = copies;
                if (copies < readers)
                {
                    return;
                }

                _copies.Remove(stamp);
            }

            _times.Add(now - stamp);
            _arrived++;
            Fill();
        }
    }

    private void Fill()
    {
        var isDue = _until == long.MinValue;
        for (var free = _window - (_sent - Done); free > 0 && (isDue ? _due.Count > 0 : _sent < _most); free--)
        {
            var now = isDue ? _due.Dequeue() : Stopwatch.GetTimestamp();
            if (!isDue && now > _until)
            {
                return;
            }

            _sent++;
            _isBatch = true;
            Post(now);
        }
    }
}
