using System.Globalization;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Simulation.Network;

/// <summary>A device of somebody: a real client, what it is told, and what it writes.</summary>
internal sealed class Member(MemberName name, string folder, CrowdScene scene) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private AccountClient? _client;
    private Task _hearing = Task.CompletedTask;
    private Guid _self;

    /// <summary>Which device.</summary>
    public MemberName Name => name;

    /// <summary>The key of every store of the run, which holds nothing worth a secret.</summary>
    public static Secret Key() => new(new byte[32]);

    /// <summary>Takes a client that was registered or linked just now.</summary>
    public void Take(AccountClient client)
    {
        _client = client;
        _self = client.Self.Aci.Uuid;
        client.Connect(receive: true);
        _hearing = Task.Run(() => HearAsync(client));
    }

    /// <summary>Opens the client; what is in its store and was not noted, since the process was killed before, is noted.</summary>
    public void Open()
    {
        using var key = Member.Key();
        _self = scene.People[name.Account].Aci;
        foreach (var (row, message, hash) in Rows())
        {
            if (row.Author == _self && MessageName.TryParse(message, out var written) && written.From == name)
            {
                if (!scene.Ledger.IsKept(message))
                {
                    scene.Journal.Note(JournalKind.Kept, message, row.SentAt.ToString(CultureInfo.InvariantCulture));
                    scene.Ledger.Kept(message);
                }
            }
            else if (!scene.Ledger.HasArrived(name, message))
            {
                NoteArrival(JournalKind.Found, row.Author, row.Device, row.Conversation, message, hash);
            }
        }

        Take(AccountClient.Open(folder, key));
    }

    /// <summary>Writes one message; nothing while the device is away.</summary>
    public async Task WriteAsync(MessageName message, PlannedMessage planned, CancellationToken stop)
    {
        await _turn.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            var (text, to) = (message.ToString(), planned.To.Account.ToString(CultureInfo.InvariantCulture));
            scene.Journal.Note(JournalKind.Wrote, text, to, Text.Hash(planned.Text));
            scene.Ledger.Wrote(text, planned.To, scene.People);
            var (timestamp, _) = await _client!.SendAsync(
                ServiceId.Aci(planned.To.Aci), new Draft { Text = planned.Text }, CancellationToken.None).ConfigureAwait(false);
            SuddenEnd.Pass(SuddenEnd.AfterDeed);
            scene.Journal.Note(JournalKind.Kept, text, timestamp.ToString(CultureInfo.InvariantCulture));
            scene.Ledger.Kept(text);
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

    /// <summary>Closes the client; all that it told was noted.</summary>
    public async Task CloseAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
            await _hearing.WaitAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            _client = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <summary>Notes what is in the store, which no client has open.</summary>
    public void Show()
    {
        foreach (var (row, message, hash) in Rows())
        {
            NoteArrival(JournalKind.Shown, row.Author, row.Device, row.Conversation, message, hash);
        }

        scene.Journal.Note(JournalKind.Read, name.ToString());
    }

    private IEnumerable<(HistoryRow Row, string Message, string Hash)> Rows()
    {
        using var key = Member.Key();
        return HistoryRow.Read(folder, key, _self).Select(row => (row, Text.NameOf(row.Text), Text.Hash(row.Text)));
    }

    private async Task HearAsync(AccountClient client)
    {
        await foreach (var told in client.Events.ReadAllAsync().ConfigureAwait(false))
        {
            switch (told)
            {
                case ContentReceived { Content.DataMessage: { Body.Length: > 0 } data } received:
                    Came(received, received.Sender.Uuid, data);
                    break;
                case ContentReceived { Content.SyncMessage.Sent: { Message: { Body.Length: > 0 } data } sent } received:
                    Came(received, new Guid(sent.DestinationServiceIdBinary.Span[^16..], bigEndian: true), data);
                    break;
                case MessageSent sent:
                    SuddenEnd.Pass(SuddenEnd.AfterSending);
                    scene.Journal.Note(JournalKind.Sent, name.ToString(), sent.Timestamp.ToString(CultureInfo.InvariantCulture));
                    break;
                case SendFailed failed:
                    scene.Journal.Note(
                        JournalKind.Failed, name.ToString(), failed.Timestamp.ToString(CultureInfo.InvariantCulture), failed.Cause.Message);
                    scene.Ledger.Failed();
                    break;
                case EnvelopeRefused refused:
                    scene.Journal.Note(JournalKind.Refused, name.ToString(), refused.Cause);
                    break;
            }
        }
    }

    private void Came(ContentReceived received, Guid conversation, DataMessage data)
    {
        SuddenEnd.Pass(SuddenEnd.AfterTelling);
        NoteArrival(
            JournalKind.Came, received.Sender.Uuid, received.Device, conversation, Text.NameOf(data.Body), Text.Hash(data.Body));
        if (received.IsSealed)
        {
            scene.Journal.Note(JournalKind.Sealed, name.ToString(), Text.NameOf(data.Body));
        }
    }

    private void NoteArrival(JournalKind kind, Guid author, int device, Guid conversation, string message, string hash)
    {
        scene.Journal.Note(
            kind, name.ToString(), author.ToString(), device.ToString(CultureInfo.InvariantCulture), conversation.ToString(), message, hash);
        if (kind != JournalKind.Shown)
        {
            scene.Ledger.Arrived(name, message);
        }
    }
}
