using System.Globalization;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Simulation.Network;

/// <summary>A device with a real client and its store.</summary>
internal sealed class RealMember(MemberName name, string folder, CrowdScene scene) : Member(name, scene)
{
    private AccountClient? _client;
    private Task _hearing = Task.CompletedTask;
    private Guid _self;

    /// <summary>Takes a client that was registered or linked just now.</summary>
    public void Take(AccountClient client)
    {
        _client = client;
        _self = client.Self.Aci.Uuid;
        client.Connect(receive: true);
        _hearing = Task.Run(() => HearAsync(client));
    }

    /// <inheritdoc/>
    /// <remarks>What is in the store and was not noted, since the process was killed before, is noted.</remarks>
    public override void Open()
    {
        using var key = Key();
        _self = Scene.People[Name.Account].Aci;
        foreach (var (row, message, hash) in Rows())
        {
            if (row.Author == _self && MessageName.TryParse(message, out var written) && written.From == Name)
            {
                if (!Scene.Ledger.IsKept(message))
                {
                    Scene.Journal.Note(JournalKind.Kept, message, row.SentAt.ToString(CultureInfo.InvariantCulture));
                    Scene.Ledger.Kept(message);
                }
            }
            else if (!Scene.Ledger.HasArrived(Name, message))
            {
                NoteArrival(JournalKind.Found, row.Author, row.Device, row.Conversation, message, hash);
            }
        }

        Take(AccountClient.Open(folder, key));
    }

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync().ConfigureAwait(false);
            await _hearing.WaitAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            _client = null;
        }
    }

    /// <inheritdoc/>
    public override void Show()
    {
        foreach (var (row, message, hash) in Rows())
        {
            NoteArrival(JournalKind.Shown, row.Author, row.Device, row.Conversation, message, hash);
        }

        Scene.Journal.Note(JournalKind.Read, Name.ToString());
    }

    /// <inheritdoc/>
    /// <remarks>It is promised when it is in the client's store: from then on the client answers for it.</remarks>
    protected override async Task<long?> SendAsync(PlannedMessage planned) => (await _client!.SendAsync(
        ServiceId.Aci(planned.To.Aci), new Draft { Text = planned.Text }, CancellationToken.None).ConfigureAwait(false)).Timestamp;

    private IEnumerable<(HistoryRow Row, string Message, string Hash)> Rows()
    {
        using var key = Key();
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
                    Scene.Journal.Note(JournalKind.Sent, Name.ToString(), sent.Timestamp.ToString(CultureInfo.InvariantCulture));
                    break;
                case SendFailed failed:
                    Scene.Journal.Note(
                        JournalKind.Failed, Name.ToString(), failed.Timestamp.ToString(CultureInfo.InvariantCulture), failed.Cause.Message);
                    Scene.Ledger.Failed();
                    break;
                case EnvelopeRefused refused:
                    Scene.Journal.Note(JournalKind.Refused, Name.ToString(), refused.Cause);
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
            Scene.Journal.Note(JournalKind.Sealed, Name.ToString(), Text.NameOf(data.Body));
        }
    }
}
