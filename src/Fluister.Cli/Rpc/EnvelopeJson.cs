using System.Text.Json;
using Fluister.Client;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Cli.Rpc;

/// <summary>What was received, as JSON of the shape that signal-cli gives it, so that what was written to read that reads this.</summary>
/// <remarks>docs/spec/json-rpc.md says which members there are. For a person without a number, the members that would hold it are null, and
/// the older ones (source, targetAuthor, ...) hold the id.</remarks>
internal static class EnvelopeJson
{
    /// <summary>Whether an event is one that <see cref="Write(Utf8JsonWriter, ClientEvent, AccountClient)"/> writes.</summary>
    public static bool IsEnvelope(ClientEvent received) => received is ContentReceived or DeliveryReported or EnvelopeRefused;

    /// <summary>Writes the members envelope and account (and exception, where it could not be read) of an object that was begun.</summary>
    /// <returns>False, and nothing is written, where the event is not something that was received.</returns>
    public static bool Write(Utf8JsonWriter writer, ClientEvent received, AccountClient account) =>
        Write(writer, received, account.Self, Lookup(account));

    /// <summary>Writes the same, with names from elsewhere.</summary>
    /// <param name="writer">In an object that was begun.</param>
    /// <param name="received">The event.</param>
    /// <param name="self">Whose account it is.</param>
    /// <param name="find">What is known of a person.</param>
    internal static bool Write(Utf8JsonWriter writer, ClientEvent received, Self self, Func<ServiceId, KnownPerson> find)
    {
        if (!IsEnvelope(received))
        {
            return false;
        }

        writer.WriteStartObject("envelope");
        switch (received)
        {
            case ContentReceived content:
                Begin(writer, content.Sender, content.Device, content.Timestamp, content.ServerTimestamp, find);
                new ContentJson(writer, find, content.MessageId).Write(content.Content, content.Timestamp);
                break;
            case DeliveryReported delivered:
                Begin(writer, delivered.Recipient, delivered.Device, delivered.Timestamp, 0, find);
                var receipt = new ReceiptMessage { Type = ReceiptMessage.Types.Type.Delivery, Timestamp = { (ulong)delivered.Timestamp } };
                new ContentJson(writer, find, null).Write(new Content { ReceiptMessage = receipt }, delivered.Timestamp);
                break;
            case EnvelopeRefused refused:
                Begin(writer, refused.Sender, refused.Device, refused.Timestamp, 0, find);
                break;
        }

        writer.WriteEndObject();
        writer.WriteString("account", self.Number ?? self.Aci.ToString());
        if (received is EnvelopeRefused { Cause: var cause })
        {
            writer.WriteStartObject("exception");
            writer.WriteString("message", cause);
            writer.WriteString("type", "EnvelopeRefused");
            writer.WriteEndObject();
        }

        return true;
    }

    private static Func<ServiceId, KnownPerson> Lookup(AccountClient account) => id => KnownPerson.Of(account, id);

    private static void Begin(
        Utf8JsonWriter writer, ServiceId? sender, int device, long timestamp, long serverTimestamp, Func<ServiceId, KnownPerson> find)
    {
        var person = sender is { } known ? find(known) : default;
        writer.WriteString("source", person.Number ?? sender?.ToString());
        writer.WriteString("sourceNumber", person.Number);
        writer.WriteString("sourceUuid", sender?.ToString());
        writer.WriteString("sourceName", person.Name);
        writer.WriteNumber("sourceDevice", device);
        writer.WriteNumber("timestamp", timestamp);
        writer.WriteNumber("serverReceivedTimestamp", serverTimestamp);
        writer.WriteNumber("serverDeliveredTimestamp", serverTimestamp);
    }
}
