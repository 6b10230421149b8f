using System.Globalization;
using Fluister.Cryptography;

namespace Fluister.Simulation.Network;

/// <summary>A device of somebody: what it is told, and what it writes.</summary>
internal abstract class Member(MemberName name, CrowdScene scene) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Which device.</summary>
    public MemberName Name => name;

    /// <summary>What it shares with others of its process.</summary>
    protected CrowdScene Scene => scene;

    /// <summary>The key of every store of the run, which holds nothing worth a secret.</summary>
    public static Secret Key() => new(new byte[32]);

    /// <summary>Opens the client.</summary>
    public abstract void Open();

    /// <summary>Closes the client; all that it told was noted.</summary>
    public abstract Task CloseAsync();

    /// <summary>Notes what the device has at the end, in its order; no client has it open.</summary>
    public abstract void Show();

    /// <summary>Writes one message; waits while the device is away.</summary>
    public async Task WriteAsync(MessageName message, PlannedMessage planned, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var (text, to) = (message.ToString(), planned.To.Account.ToString(CultureInfo.InvariantCulture));
            scene.Journal.Note(JournalKind.Wrote, text, to, Text.Hash(planned.Text));
            scene.Ledger.Wrote(text, planned.To, scene.People);
            if (await SendAsync(planned).ConfigureAwait(false) is { } timestamp)
            {
                SuddenEnd.Pass(SuddenEnd.AfterDeed);
                scene.Journal.Note(JournalKind.Kept, text, timestamp.ToString(CultureInfo.InvariantCulture));
                scene.Ledger.Kept(text);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the client, and opens it again after a while.</summary>
    public async Task GoAwayAsync(TimeSpan pause)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await CloseAsync().ConfigureAwait(false);
            await Task.Delay(pause).ConfigureAwait(false);
            Open();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Sends a message.</summary>
    /// <returns>Its time, which names it at its device, once it is promised; none where nobody knows.</returns>
    protected abstract Task<long?> SendAsync(PlannedMessage planned);

    /// <summary>Notes that the device has a message.</summary>
    /// <param name="kind">How it is known: Came, Found or Shown.</param>
    /// <param name="author">Who wrote it.</param>
    /// <param name="device">With which device.</param>
    /// <param name="conversation">With whom.</param>
    /// <param name="message">Its name, from its text.</param>
    /// <param name="hash">Of its text.</param>
    protected void NoteArrival(JournalKind kind, Guid author, int device, Guid conversation, string message, string hash)
    {
        scene.Journal.Note(
            kind, name.ToString(), author.ToString(), device.ToString(CultureInfo.InvariantCulture),
            conversation.ToString(), message, hash);
        if (kind != JournalKind.Shown)
        {
            scene.Ledger.Arrived(name, message);
        }
    }
}
