using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Identity;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Client.Sending;

/// <summary>Tells people who wrote to our number that account and number are one: a signature rides along with what they are sent, until
/// one of their devices is known to have it, as Signal does.</summary>
/// <remarks>All within the store's gate.</remarks>
internal sealed class PniSignatures(ClientContext context)
{
    private const string Item = "needsPniSignature";

    private byte[]? _signature;

    /// <summary>A person has written to our number.</summary>
    public void Need(ServiceId person)
    {
        var conversation = context.Store.Conversations.GetOrAdd(person);
        if (context.Self.PniIdentity is not null && !JsonColumn.Flag(conversation.Json, Item))
        {
            conversation.Json[Item] = true;
            context.Store.Conversations.Save(conversation);
        }
    }

    /// <summary>A person has something that we sent.</summary>
    public void Delivered(ServiceId person)
    {
        if (context.Store.Conversations.Find(person) is { } conversation && JsonColumn.Flag(conversation.Json, Item))
        {
            conversation.Json.Remove(Item);
            context.Store.Conversations.Save(conversation);
        }
    }

    /// <summary>Content for a person, with the signature where it is needed.</summary>
    public ReadOnlyMemory<byte> Complete(ServiceId person, ReadOnlyMemory<byte> content)
    {
        if (context.Self is not { Pni: { } pni, PniIdentity: { } identity } || person == context.Self.Aci
            || context.Store.Conversations.Find(person) is not { } conversation || !JsonColumn.Flag(conversation.Json, Item))
        {
            return content;
        }

        _signature ??= AlternateIdentity.Sign(identity, context.Self.AciIdentity.Public, context.Random);
        var signature = new Content
        {
            PniSignatureMessage = new PniSignatureMessage
            {
                // Without the kind: the field can only hold a number's id.
                Pni = ByteString.CopyFrom(pni.ToBytes().AsSpan(1)),
                Signature = ByteString.CopyFrom(_signature),
            },
        };

        // Messages of protocol buffers that are joined are one with the fields of both.
        return (byte[])[.. content.Span, .. signature.ToByteArray()];
    }
}
