using System.Text.Json.Nodes;
using Fluister.Client.Receiving;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Contents;

/// <summary>Content about messages that have not come yet: a reaction may overtake its message. It waits in the store, bounded, and takes
/// its effect with all its checks when the message comes.</summary>
internal sealed class PendingEffects(ClientStore store)
{
    /// <summary>Keeps content for the message that an author sent at a time.</summary>
    public void Add(Origin origin, ServiceId author, long sentAt, Content content)
    {
        if (origin.IsReplay)
        {
            return;
        }

        // What another device of ours sent waits as it came: within its transcript.
        if (origin.Transcript is { } transcript)
        {
            content = new Content { SyncMessage = new SyncMessage { Sent = transcript } };
        }

        Add(new Incoming
        {
            Sender = origin.Author,
            Device = origin.Device,
            Timestamp = origin.Timestamp,
            ServerTimestamp = origin.ServerTimestamp,
            ReceivedAt = origin.ReceivedAt,
            IsSealed = origin.IsSealed,
        }, author, sentAt, content);
    }

    /// <summary>Keeps content as it came.</summary>
    public void Add(Incoming incoming, ServiceId author, long sentAt, Content content) => store.Pending.Add(
        author,
        sentAt,
        new JsonObject
        {
            ["sender"] = incoming.Sender.ToString(),
            ["device"] = incoming.Device,
            ["timestamp"] = incoming.Timestamp,
            ["serverTimestamp"] = incoming.ServerTimestamp,
            ["receivedAt"] = incoming.ReceivedAt.ToUnixTimeMilliseconds(),
            ["isSealed"] = incoming.IsSealed,
        },
        content.ToByteArray());

    /// <summary>Takes out what waits for a message.</summary>
    public IEnumerable<(Incoming Incoming, Content Content)> Take(ServiceId author, long sentAt)
    {
        foreach (var (about, bytes) in store.Pending.Take(author, sentAt))
        {
            if (ServiceId.TryParse(about.Text("sender"), out var sender))
            {
                yield return (new Incoming
                {
                    Sender = sender,
                    Device = (int)(about.Number("device") ?? 0),
                    Timestamp = about.Number("timestamp") ?? 0,
                    ServerTimestamp = about.Number("serverTimestamp") ?? 0,
                    ReceivedAt = DateTimeOffset.FromUnixTimeMilliseconds(about.Number("receivedAt") ?? 0),
                    IsSealed = about.Flag("isSealed"),
                }, Content.Parser.ParseFrom(bytes));
            }
        }
    }
}
