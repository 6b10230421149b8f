using System.Text.Json.Nodes;
using Fluister.Client.Receiving;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>What was decided about people, and set, on another device of ours.</summary>
internal sealed class SyncPeople(ClientContext context)
{
    /// <summary>Who is blocked: the list is whole, who is not on it is not blocked.</summary>
    public Effect Blocked(SyncMessage.Types.Blocked blocked)
    {
        var people = blocked.AcisBinary.Take(ClientLimits.TargetsPerContent).Select(id => ContentIds.Aci(id, ""))
            .Concat(blocked.Acis.Take(ClientLimits.TargetsPerContent)
                .Select(id => ContentIds.Aci(Google.Protobuf.ByteString.Empty, id)))
            .OfType<ServiceId>().Where(id => id != context.Self.Aci).ToHashSet();
        foreach (var conversation in context.Store.Conversations.All())
        {
            if (conversation.ServiceId is not { } person)
            {
                continue;
            }

            var isBlocked = people.Remove(person);
            if (isBlocked != MessageRequests.IsBlocked(conversation))
            {
                Set(conversation, isBlocked);
            }
        }

        foreach (var stranger in people)
        {
            Set(context.Store.Conversations.GetOrAdd(stranger), isBlocked: true);
        }

        return new Effect(null);
    }

    /// <summary>A person's key was, or was no longer, compared.</summary>
    /// <exception cref="ClientException">Malformed: no person, or no key.</exception>
    public Effect? Verified(Incoming incoming, Verified verified)
    {
        if (ContentIds.Aci(verified.DestinationAciBinary, verified.DestinationAci) is not { } person || person == context.Self.Aci)
        {
            throw new ClientException(ClientError.Malformed, "Another device of ours tells of a verification, and not of whom.");
        }

        IdentityKey key;
        try
        {
            key = IdentityKey.Read(verified.IdentityKey.Span);
        }
        catch (ProtocolException)
        {
            throw new ClientException(ClientError.Malformed, "Another device of ours tells of a verification without a key.");
        }

        var identities = context.Store.Identities;
        if (identities.Find(person) is null || !identities.Find(person)!.Key.Equals(key))
        {
            // Of a key that we do not have, only that it was compared is worth taking.
            if (verified.State != Wire.Protos.Verified.Types.State.Verified)
            {
                return null;
            }

            identities.Take(person, key, incoming.ReceivedAt);
        }

        var known = identities.Find(person)!;
        var state = (Verification)(int)verified.State;
        if (known.Verification == state && known.IsAccepted)
        {
            return null;
        }

        identities.Save(person, known with { Verification = state, IsAccepted = known.IsAccepted || state == Verification.Verified });
        var conversation = context.Store.Conversations.GetOrAdd(person);
        conversation.Json["verified"] = (int)state;
        context.Store.Conversations.Save(conversation);
        context.Store.Messages.Add(new StoredMessage
        {
            Id = RowUuid.New(incoming.ReceivedAt),
            ConversationId = conversation.Id,
            Type = "verified-change",
            SentAt = incoming.Timestamp,
            ReceivedAt = incoming.ReceivedAt.ToUnixTimeMilliseconds(),
            Json = new JsonObject
            {
                ["verifiedChanged"] = conversation.Id,
                ["verified"] = state == Verification.Verified,
                ["local"] = false,
            },
        });
        return new Effect(conversation.Id);
    }

    /// <summary>Settings of the account.</summary>
    public Effect Configured(SyncMessage.Types.Configuration configuration)
    {
        var items = context.Store.Items;
        if (configuration.HasReadReceipts)
        {
            items.SetFlag("read-receipt-setting", configuration.ReadReceipts);
        }

        if (configuration.HasUnidentifiedDeliveryIndicators)
        {
            items.SetFlag("sealedSenderIndicators", configuration.UnidentifiedDeliveryIndicators);
        }

        if (configuration.HasTypingIndicators)
        {
            items.SetFlag("typingIndicators", configuration.TypingIndicators);
        }

        if (configuration.HasLinkPreviews)
        {
            items.SetFlag("linkPreviews", configuration.LinkPreviews);
        }

        return new Effect(null);
    }

    /// <summary>A message request was answered.</summary>
    public Effect? Answered(Incoming incoming, SyncMessage.Types.MessageRequestResponse answer)
    {
        if (ContentIds.Aci(answer.ThreadAciBinary, answer.ThreadAci) is not { } person || person == context.Self.Aci
            || answer.Type == SyncMessage.Types.MessageRequestResponse.Types.Type.Unknown)
        {
            return null;
        }

        var conversation = context.Store.Conversations.GetOrAdd(person);
        RequestResponses.Apply(context, conversation, answer.Type, incoming.Timestamp, incoming.ReceivedAt);
        return new Effect(conversation.Id);
    }

    /// <summary>The primary device's list of people: it lies at the server as a file, and is fetched later.</summary>
    public Effect? Contacts(Incoming incoming, SyncMessage.Types.Contacts contacts)
    {
        if (AttachmentParts.Read(contacts.Blob, incoming.ReceivedAt) is not { } file)
        {
            return null;
        }

        context.Store.Jobs.Add(ContactList.Queue, file, incoming.ReceivedAt);
        return new Effect(null);
    }

    private void Set(StoredConversation conversation, bool isBlocked)
    {
        conversation.Json.Put("isBlocked", isBlocked ? true : null);
        if (isBlocked)
        {
            conversation.Json["profileSharing"] = false;
        }

        context.Store.Conversations.Save(conversation);
    }
}
