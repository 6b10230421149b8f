using Fluister.Wire.Protos;

namespace Fluister.Cli.Rpc;

/// <content>What the account's other devices tell.</content>
internal sealed partial class ContentJson
{
    private void Sync(SyncMessage sync)
    {
        writer.WriteStartObject("syncMessage");
        switch (sync.ContentCase)
        {
            case SyncMessage.ContentOneofCase.Sent:
                writer.WriteStartObject("sentMessage");
                Person("destination", Id(sync.Sent.DestinationServiceIdBinary, sync.Sent.DestinationServiceId));
                if (sync.Sent.EditMessage is { } edit)
                {
                    Edit(edit);
                }

                if (sync.Sent.Message is { } message)
                {
                    DataMembers(message);
                }

                writer.WriteEndObject();
                break;
            case SyncMessage.ContentOneofCase.Blocked:
                writer.WriteStartArray("blockedNumbers");
                foreach (var number in sync.Blocked.Numbers.Concat(sync.Blocked.Acis))
                {
                    writer.WriteStringValue(number);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("blockedGroupIds");
                writer.WriteEndArray();
                break;
            case SyncMessage.ContentOneofCase.Contacts:
                writer.WriteString("type", "CONTACTS_SYNC");
                break;
            case SyncMessage.ContentOneofCase.Request:
                writer.WriteString("type", "REQUEST_SYNC");
                break;
        }

        if (sync.Read.Count > 0)
        {
            writer.WriteStartArray("readMessages");
            foreach (var read in sync.Read)
            {
                writer.WriteStartObject();
                Person("sender", Id(read.SenderAciBinary, read.SenderAci));
                writer.WriteNumber("timestamp", read.Timestamp);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }
}
