using System.Globalization;
using System.Text;
using Fluister.Archive.Accounts;
using Fluister.Client;
using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Json;
using Fluister.Wire.Protos;

namespace Fluister.Simulation.Network;

/// <summary>A device that was registered as any other, and then only keeps its connections: what it writes is not encrypted, and what it
/// has is what it noted, each before its acknowledgement. It costs little, so that there can be thousands.</summary>
internal sealed class LightMember(MemberName name, string folder, CrowdScene scene) : Member(name, scene)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private HomeServerLink? _link;
    private Task _hearing = Task.CompletedTask;
    private Self? _self;

    /// <inheritdoc/>
    public override void Open()
    {
        using var key = Key();
        using var store = ClientStore.Open(AccountFolder.At(folder).Database, key);
        _self = store.Items.Self()!;
        var link = _link = new HomeServerLink(
            store.Read(() => HomeServerDescriptor.Load(store.Items))!, LinkIdentity.Of(_self), TimeProvider.System, RandomSource.System);
        link.Start(withMessages: true);
        _hearing = Task.Run(() => HearAsync(link));
    }

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        if (_link is not null)
        {
            await _link.DisposeAsync().ConfigureAwait(false);
            await _hearing.WaitAsync(Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            _self!.Dispose();
            _link = null;
        }
    }

    /// <inheritdoc/>
    public override void Show()
    {
        foreach (var came in Scene.Ledger.EnvelopesOf(Name))
        {
            Scene.Journal.Note(JournalKind.Shown, came);
        }

        Scene.Journal.Note(JournalKind.Read, Name.ToString());
    }

    /// <inheritdoc/>
    /// <remarks>It is promised when the home server has answered for it. It is sent once: without an answer nobody knows.</remarks>
    protected override async Task<long?> SendAsync(PlannedMessage planned)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var message = new SendJson
        {
            Messages =
            [
                new DeviceMessageJson((int)Envelope.Types.Type.Signal, 1, planned.To.Registration, Encoding.UTF8.GetBytes(planned.Text)),
            ],
            Timestamp = now,
        };
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await new HomeServerApi(_link!).SendAsync(ServiceId.Aci(planned.To.Aci), message, key: null, patience.Token)
                .ConfigureAwait(false) is SendAnswer.Taken ? now : throw new InvalidOperationException("Other devices than planned.");
        }
        catch (Exception unknown) when (unknown is ClientException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task HearAsync(HomeServerLink link)
    {
        await foreach (var delivery in link.Deliveries.ReadAllAsync().ConfigureAwait(false))
        {
            if (delivery is not EnvelopeDelivery { Envelope: var envelope, Acknowledge: var acknowledge })
            {
                continue;
            }

            if (envelope.Type == Envelope.Types.Type.Signal)
            {
                Take(envelope);
            }

            acknowledge();
        }
    }

    // What comes again was noted, and its acknowledgement lost: clients drop it by its id, as here.
    private void Take(Envelope envelope)
    {
        var (author, text) = (new Guid(envelope.SourceServiceId.Span[^16..], bigEndian: true), envelope.Content.ToStringUtf8());
        string[] came =
        [
            Name.ToString(), author.ToString(), envelope.SourceDevice.ToString(CultureInfo.InvariantCulture), author.ToString(),
            Text.NameOf(text), Text.Hash(text), new Guid(envelope.ServerGuid.Span, bigEndian: true).ToString(),
        ];
        if (Scene.Ledger.TakeEnvelope(Name, came))
        {
            SuddenEnd.Pass(SuddenEnd.AfterTelling);
            Scene.Journal.Note(JournalKind.Came, came);
            Scene.Ledger.Arrived(Name, came[4]);
        }
    }
}
