using System.Globalization;
using Fluister.Cli.Rpc;
using Fluister.Client;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Cli.Accounts;

/// <summary>What happened, in a line for a person, safe for a terminal. Messages are named by their timestamps, in brackets.</summary>
/// <param name="self">Our own account.</param>
/// <param name="nameOf">What a person is called.</param>
internal sealed class EventText(ServiceId self, Func<ServiceId, string> nameOf)
{
    /// <summary>For an open account.</summary>
    public static EventText For(AccountClient client) =>
        new(client.Self.Aci, person => KnownPerson.Of(client, person).Name ?? person.ToString());

    /// <summary>The line, with when it was; null for what a person need not be told.</summary>
    public string? Of(ClientEvent happened) => happened switch
    {
        ContentReceived received => Of(received),
        IdentityChanged changed => $"{Name(changed.Person)} has another safety number than before: a new telephone, or somebody in "
            + "between. `fluister contact show` tells it.",
        EnvelopeRefused refused => Timed(refused.Timestamp,
            $"What {(refused.Sender is { } sender ? Name(sender) : "somebody")} sent could not be read: {Terminal.Clean(refused.Cause)}"),
        SendFailed failed => Timed(failed.Timestamp,
            $"Your message to {Name(failed.Recipient)} was given up: {Terminal.Clean(failed.Cause.Message)}  [{failed.Timestamp}]"),
        AttachmentFetched { Cause: { } cause } fetched =>
            $"File {fetched.Index + 1} of a message could not be fetched: {Terminal.Clean(cause.Message)}",
        MessagesExpired expired => expired.MessageIds.Count == 1
            ? "A message has disappeared." : $"{expired.MessageIds.Count} messages have disappeared.",
        _ => null,
    };

    /// <summary>When something was, by this computer's clock.</summary>
    public static string Time(long timestamp)
    {
        // Anything may stand in what another device sends.
        const long Largest = 253_402_300_799_999;
        return timestamp is < 0 or > Largest ? "at no known time   "
            : DateTimeOffset.FromUnixTimeMilliseconds(timestamp).ToLocalTime()
                .ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static string Timed(long timestamp, string text) => $"{Time(timestamp)}  {text}";

    private string? Of(ContentReceived received)
    {
        var who = Name(received.Sender);
        var text = received.Content.ContentCase switch
        {
            Content.ContentOneofCase.DataMessage => Data(who, received.Content.DataMessage, received.Timestamp),
            Content.ContentOneofCase.EditMessage => Edit(who, received.Content.EditMessage),
            Content.ContentOneofCase.ReceiptMessage => Receipt(who, received.Content.ReceiptMessage),
            Content.ContentOneofCase.TypingMessage => received.Content.TypingMessage.Action == TypingMessage.Types.Action.Started
                ? $"{who} is typing" : $"{who} has stopped typing",
            Content.ContentOneofCase.CallMessage => received.Content.CallMessage.Offer is null
                ? null : $"{who} is calling; this client cannot take calls",
            Content.ContentOneofCase.SyncMessage => Sync(received.Content.SyncMessage),
            _ => null,
        };
        return text is null ? null : Timed(received.Timestamp, text);
    }

    private string? Sync(SyncMessage sync)
    {
        if (sync.ContentCase != SyncMessage.ContentOneofCase.Sent)
        {
            return null;
        }

        var to = Ids.Read(sync.Sent.DestinationServiceIdBinary, sync.Sent.DestinationServiceId);
        var who = to is { } person ? person == self ? "You, to yourself" : $"You to {Name(person)}" : "You";
        return sync.Sent.EditMessage is { } edit ? Edit(who, edit)
            : sync.Sent.Message is { } message ? Data(who, message, (long)sync.Sent.Timestamp) : null;
    }

    private string Edit(string who, EditMessage edit) =>
        $"{who} edited [{edit.TargetSentTimestamp}]: {MessageText.Of(edit.DataMessage ?? new DataMessage(), Name)}";

    private string? Data(string who, DataMessage message, long timestamp)
    {
        if (message.Reaction is { } reaction)
        {
            var emoji = Terminal.Clean(reaction.Emoji);
            return reaction.Remove
                ? $"{who} took {emoji} back from [{reaction.TargetSentTimestamp}]"
                : $"{who} reacted {emoji} to [{reaction.TargetSentTimestamp}]";
        }

        if (message.Delete is { } delete)
        {
            return $"{who} deleted [{delete.TargetSentTimestamp}]";
        }

        if (message.PollVote is { } vote)
        {
            return vote.OptionIndexes.Count == 0 ? $"{who} took back the vote on [{vote.TargetSentTimestamp}]"
                : $"{who} voted {string.Join(", ", vote.OptionIndexes.Select(index => index + 1L))} on [{vote.TargetSentTimestamp}]";
        }

        if (message.PollTerminate is { } ended)
        {
            return $"{who} ended the poll [{ended.TargetSentTimestamp}]";
        }

        if ((message.Flags & (uint)DataMessage.Types.Flags.ExpirationTimerUpdate) != 0)
        {
            return message.ExpireTimer == 0 ? $"{who} let messages stay" : $"{who} let messages disappear after {message.ExpireTimer} s";
        }

        var text = MessageText.Of(message, Name);
        return text.Length == 0 ? null : $"{who}: {text}  [{timestamp}]";
    }

    private static string Receipt(string who, ReceiptMessage receipt)
    {
        var did = receipt.Type switch
        {
            ReceiptMessage.Types.Type.Read => "read",
            ReceiptMessage.Types.Type.Viewed => "looked at",
            _ => "received",
        };
        return $"{who} has {did} {string.Join(", ", receipt.Timestamp.Select(timestamp => $"[{timestamp}]"))}";
    }

    /// <summary>What a person is called, safe for a terminal.</summary>
    public string Name(ServiceId person) => person == self ? "You" : Terminal.Clean(nameOf(person));
}
