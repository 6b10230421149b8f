using Fluister.Protocol.Addresses;

namespace Fluister.Client;

/// <summary>Something that happened, told after it is in the store.</summary>
public abstract record ClientEvent;

/// <summary>The home server was reached, or lost.</summary>
/// <param name="IsConnected">Whether it is reached now.</param>
/// <param name="Cause">Why it was lost; null where nobody minds.</param>
public sealed record ConnectionChanged(bool IsConnected, ClientException? Cause = null) : ClientEvent;

/// <summary>Everything that waited at the home server has come.</summary>
public sealed record QueueEmpty : ClientEvent;

/// <summary>Content came from another device and has taken its effect in the history.</summary>
/// <param name="Sender">Who sent it; our own account for what our other devices tell.</param>
/// <param name="Device">With which device.</param>
/// <param name="Timestamp">The sender's time, in milliseconds of Unix time.</param>
/// <param name="ServerTimestamp">The server's time.</param>
/// <param name="IsSealed">Came under a seal.</param>
/// <param name="Content">What it says (protocol buffers Content).</param>
/// <param name="ConversationId">The conversation that it belongs to, where it belongs to one.</param>
/// <param name="MessageId">The message that it made or changed, where there is one.</param>
public sealed record ContentReceived(
    ServiceId Sender, int Device, long Timestamp, long ServerTimestamp, bool IsSealed, Wire.Protos.Content Content,
    string? ConversationId, string? MessageId) : ClientEvent;

/// <summary>The server has delivered a message of ours to a device.</summary>
public sealed record DeliveryReported(ServiceId Recipient, int Device, long Timestamp) : ClientEvent;

/// <summary>An envelope could not be read. The conversation goes on; the sender was asked to send it again where that helps.</summary>
/// <param name="Sender">Who sent it, as far as is known.</param>
/// <param name="Device">With which device; 0 where it is not known.</param>
/// <param name="Timestamp">The sender's time.</param>
/// <param name="Cause">What is wrong with it, without content.</param>
public sealed record EnvelopeRefused(ServiceId? Sender, int Device, long Timestamp, string Cause) : ClientEvent;

/// <summary>A message came once more that was read before: its answer or acknowledgement was lost, or the server repeats. It was dropped,
/// and
/// nobody has to mind.</summary>
public sealed record EnvelopeRepeated(ServiceId Sender, int Device, long Timestamp) : ClientEvent;

/// <summary>The account's store cannot be written: the disk is full, or fails. Nothing is lost: what comes waits at the home server, what
/// is
/// to be sent in the outbox, and both are tried again.</summary>
public sealed record StoreFailed(ClientException Cause) : ClientEvent;

/// <summary>A person has another identity key than before: a new telephone, or somebody in between.</summary>
public sealed record IdentityChanged(ServiceId Person) : ClientEvent;

/// <summary>A message of ours is at the home server.</summary>
public sealed record MessageSent(ServiceId Recipient, long Timestamp, string? MessageId, bool IsSealed) : ClientEvent;

/// <summary>A message of ours waits in the outbox because the home server wants it to: too many, or to strangers without a proof.</summary>
/// <param name="Recipient">For whom.</param>
/// <param name="Timestamp">Its time.</param>
/// <param name="MessageId">Its row in the history, where it has one.</param>
/// <param name="Cause">What the home server said.</param>
/// <param name="Pause">How long until it is tried again.</param>
public sealed record SendHeld(ServiceId Recipient, long Timestamp, string? MessageId, ClientException Cause, TimeSpan Pause)
    : ClientEvent;

/// <summary>A message of ours was given up.</summary>
public sealed record SendFailed(ServiceId Recipient, long Timestamp, string? MessageId, ClientException Cause) : ClientEvent;

/// <summary>How far a file is on its way.</summary>
/// <param name="MessageId">The message's id in the history.</param>
/// <param name="Index">The file's place among the message's attachments; -1 for a long text, a preview's picture and the like.</param>
/// <param name="IsUpload">It goes to the server.</param>
/// <param name="Done">Encrypted bytes that have gone, or come.</param>
/// <param name="Total">Encrypted bytes of the whole.</param>
public sealed record TransferProgress(string MessageId, int Index, bool IsUpload, long Done, long Total) : ClientEvent;

/// <summary>A file of a message was fetched and is in the store, or could not be.</summary>
/// <param name="MessageId">The message's id in the history.</param>
/// <param name="Index">The file's place among the message's attachments; -1 for a long text, a preview's picture and the like.</param>
/// <param name="Cause">Why it could not be.</param>
public sealed record AttachmentFetched(string MessageId, int Index, ClientException? Cause = null) : ClientEvent;

/// <summary>Messages whose time was over are gone.</summary>
public sealed record MessagesExpired(IReadOnlyList<string> MessageIds) : ClientEvent;
