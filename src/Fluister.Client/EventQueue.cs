using System.Threading.Channels;

namespace Fluister.Client;

/// <summary>What happened, in order, until the program reads it. Receiving waits while much is unread; what is told beyond that by sending
/// is dropped, for a program that only sends need not read.</summary>
internal sealed class EventQueue : IDisposable
{
    private readonly Channel<ClientEvent> _events;
    private readonly EventReader _reader;
    private readonly SemaphoreSlim _room = new(0);
    private int _isWaiting;

    /// <summary>Empty.</summary>
    public EventQueue()
    {
        _events = Channel.CreateBounded<ClientEvent>(
            new BoundedChannelOptions(2 * ClientLimits.WaitingEvents) { FullMode = BoundedChannelFullMode.DropWrite });
        _reader = new EventReader(_events.Reader, this);
    }

    /// <summary>For the program.</summary>
    public ChannelReader<ClientEvent> Reader => _reader;

    /// <summary>Adds one; does not wait.</summary>
    public void Tell(ClientEvent told) => _events.Writer.TryWrite(told);

    /// <summary>Waits until few enough are unread. For one who waits at a time.</summary>
    public async ValueTask RoomAsync(CancellationToken cancel)
    {
        while (true)
        {
            Interlocked.Exchange(ref _isWaiting, 1);
            if (_events.Reader.Count < ClientLimits.WaitingEvents)
            {
                // Whoever has just seen that somebody waits has let one through: that is for the next time.
                Interlocked.Exchange(ref _isWaiting, 0);
                return;
            }

            await _room.WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing more will happen.</summary>
    public void Complete() => _events.Writer.TryComplete();

    /// <summary>Lets go of it; what was not read can still be.</summary>
    public void Dispose()
    {
        Complete();
        _room.Dispose();
    }

    private void Read()
    {
        if (_events.Reader.Count < ClientLimits.WaitingEvents && Interlocked.Exchange(ref _isWaiting, 0) == 1)
        {
            try
            {
                _room.Release();
            }
            catch (ObjectDisposedException)
            {
                // Closed while receiving waited for room: nobody waits any more, and what is left can be read.
            }
        }
    }

    // Tells that something was read.
    private sealed class EventReader(ChannelReader<ClientEvent> inner, EventQueue queue) : ChannelReader<ClientEvent>
    {
        public override bool CanCount => true;

        public override int Count => inner.Count;

#pragma warning disable VSTHRD003 // Handed through.
        public override Task Completion => inner.Completion;
#pragma warning restore VSTHRD003

        public override bool TryRead([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out ClientEvent item)
        {
            if (!inner.TryRead(out item))
            {
                return false;
            }

            queue.Read();
            return true;
        }

        public override ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default) =>
            inner.WaitToReadAsync(cancellationToken);
    }
}
