using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;

namespace Fluister.Client.Sending;

/// <summary>Identity keys as they come with bundles and messages: what is known, and what happens when one is another than
/// before.</summary>
/// <remarks>All within a transaction. Our own account has one key, which nobody can change by a message.</remarks>
internal sealed class IdentityChanges(ClientContext context)
{
    /// <summary>The key to which a session with an account must belong; null where none is known yet.</summary>
    /// <exception cref="ClientException">UntrustedIdentity: it took the place of one that was verified, and nobody has accepted
    /// it.</exception>
    public IdentityKey? ForSending(ServiceId id)
    {
        if (Own(id) is { } own)
        {
            return own;
        }

        var known = context.Store.Identities.Find(id);
        return known is null or { IsAccepted: true }
            ? known?.Key
            : throw new ClientException(
                ClientError.UntrustedIdentity,
                "The person's identity key has changed after it was verified: nothing is sent to them. "
                + "Compare the safety number, and accept the new key.");
    }

    /// <summary>Takes a key that a bundle or an authentic message named.</summary>
    /// <returns>What to tell once it is in the store, where the key took the place of another.</returns>
    /// <exception cref="ClientException">Malformed: another key for our own account.</exception>
    public IdentityChanged? Take(ServiceId id, IdentityKey key)
    {
        if (Own(id) is { } own)
        {
            return own.Key.Equals(key.Key) ? null : throw new ClientException(
                ClientError.Malformed, "Somebody claims to be a device of this account with another identity key.");
        }

        var now = context.Clock.GetUtcNow();
        if (!context.Store.Identities.Take(id, key, now))
        {
            return null;
        }

        Note(id, now.ToUnixTimeMilliseconds());
        return new IdentityChanged(id);
    }

    /// <summary>Whether a key is the one that is known for an account.</summary>
    public bool IsKnown(ServiceId id, IdentityKey key) => (Own(id) ?? context.Store.Identities.Find(id)?.Key)?.Key.Equals(key.Key) == true;

    /// <summary>Archives the sessions of an account that were made with another key than this.</summary>
    public void ArchiveOthers(ServiceId id, IdentityKey key)
    {
        foreach (var kind in Kinds())
        {
            foreach (var device in context.Store.Sessions.Devices(kind, id, context.Clock.GetUtcNow()))
            {
                var address = new ProtocolAddress(id, device);
                var record = context.Store.Sessions.Get(kind, address);
                if (record.HasCurrent && !record.RemoteIdentity.Key.Equals(key.Key))
                {
                    record.Archive();
                    context.Store.Sessions.Save(kind, address, record);
                }
            }
        }
    }

    private IEnumerable<ServiceIdKind> Kinds() =>
        context.Self.PniIdentity is null ? [ServiceIdKind.Aci] : [ServiceIdKind.Aci, ServiceIdKind.Pni];

    private IdentityKey? Own(ServiceId id) =>
        id == context.Self.Aci ? context.Self.AciIdentity.Public
        : id == context.Self.Pni ? context.Self.PniIdentity?.Public
        : null;

    // In the history, as Signal Desktop notes it; not where nobody ever wrote.
    private void Note(ServiceId id, long now)
    {
        if (context.Store.Conversations.Find(id) is not { ActiveAt: not null } conversation)
        {
            return;
        }

        context.Store.Messages.Add(new StoredMessage
        {
            Id = context.NewId(),
            ConversationId = conversation.Id,
            Type = "keychange",
            SentAt = now,
            ReceivedAt = now,
            Json = { ["key_changed"] = id.ToString() },
        });
    }
}
