using Fluister.Protocol.Addresses;
using Fluister.Protocol.SealedSender;
using Fluister.Server.Federation;
using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos;
using Fluister.Wire.Protos.Federation;
using Google.Protobuf;

namespace Fluister.Server.Messages;

// Messages for many of whom some are elsewhere.
internal sealed partial class Dispatch
{
    // Those whose homes are asked are asked a few at a time.
    private async Task<List<ManyRecipient>> ResolveAsync(IReadOnlyList<MultiRecipient> recipients, MessageForMany message)
    {
        var resolved = new List<ManyRecipient>(recipients.Count);
        for (var i = 0; i < recipients.Count; i++)
        {
            var peer = relay.PeerOf(recipients[i].Account.Uuid);
            resolved.Add(new ManyRecipient(recipients[i], peer is null ? Find(recipients[i].Account) : null, peer));
        }

        foreach (var few in Enumerable.Range(0, resolved.Count).Where(i => resolved[i].Peer is not null)
            .Chunk(ServerLimits.RemoteAccountsOfMessage))
        {
            var found = await Task.WhenAll(few.Select(i => FindAsync(resolved[i].Peer!, recipients[i].Account, message).AsTask()))
                .ConfigureAwait(false);
            for (var i = 0; i < few.Length; i++)
            {
                resolved[few[i]] = resolved[few[i]] with { Remote = found[i] };
            }
        }

        return resolved;
    }

    private ValueTask<RemoteAccount?> FindAsync(Peer peer, ServiceId target, MessageForMany message) =>
        target.Kind != ServiceIdKind.Aci || !relay.CanSeal(peer) ? new(result: null)
            : message.IsStory ? new(FindForStory(peer, target.Uuid, message.Origin))
            : relay.Accounts.FindAsync(peer, target.Uuid, CancellationToken.None, message.Origin);

    private Task<bool> AppendAsync(List<NewLetter> letters, List<OutboxItem> items, ReadOnlyMemory<byte> shared)
    {
        if (items.Count == 0)
        {
            return mailboxes.AppendAsync(letters, shared);
        }

        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        database.Post(new SendingToMany(mailboxes, letters, relay.Outbox, items, shared.ToArray(), done));
        return done.Task;
    }

    private Message Write(MultiRecipient recipient, MessageForMany message)
    {
        var written = new Message
        {
            Timestamp = message.Timestamp == 0 ? (ulong)clock.Now.ToUnixTimeMilliseconds() : message.Timestamp,

            // Those elsewhere are open to anybody, which any key says.
            AccessKey = ByteString.CopyFrom(new byte[message.IsStory ? 0 : UnidentifiedAccess.KeyBytes]),
            Urgent = message.IsUrgent,
            Story = message.IsStory,
        };

        // Small, and kept beyond the request where it is offered.
        var own = ByteString.CopyFrom(recipient.KeyMaterial.Span);
        written.Parts.AddRange(recipient.Devices.Select(device => new Message.Types.Part
        {
            Device = (uint)device.Device,
            RegistrationId = (uint)device.RegistrationId,
            Type = (uint)Envelope.Types.Type.Sealed,
            Content = own,
        }));
        return written;
    }
}
