using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Sending;

/// <summary>Whether a person can be written to under a seal, and with which key: what is known is in their conversation, as Signal Desktop
/// keeps it.</summary>
/// <remarks>All within the store's gate.</remarks>
internal sealed class SealedAccess(ClientContext context)
{
    private const string Mode = "sealedSender";
    private const int Unknown = 0;
    private const int Enabled = 1;
    private const int Disabled = 2;
    private const int Unrestricted = 3;

    /// <summary>The key to show to the server; null where the message goes unsealed: to our own account (as Signal), to a number's id, and
    /// to who did not share a profile key, or whose server refused it.</summary>
    public AccessKey? Find(ServiceId person)
    {
        if (person.Kind != ServiceIdKind.Aci || person == context.Self.Aci || context.Store.Conversations.Find(person) is not { } known)
        {
            return null;
        }

        switch (JsonColumn.Number(known.Json, Mode) ?? Unknown)
        {
            case Disabled:
                return null;
            case Unrestricted:
                return new AccessKey(new byte[AccessKey.Bytes]);
            default:
                using (var key = ProfileKey(known))
                {
                    return key?.AccessKey();
                }
        }
    }

    /// <summary>The server did not take the key: what follows goes unsealed until another key is known.</summary>
    public void Refused(ServiceId person) => Set(person, Disabled, mode => mode != Disabled);

    /// <summary>The server took the key.</summary>
    public void Taken(ServiceId person) => Set(person, Enabled, mode => mode == Unknown);

    private static ProfileKey? ProfileKey(StoredConversation conversation)
    {
        try
        {
            return JsonColumn.Text(conversation.Json, "profileKey") is { Length: > 0 } text
                ? new ProfileKey(Convert.FromBase64String(text)) : null;
        }
        catch (Exception malformed) when (malformed is FormatException or ProtocolException)
        {
            return null;
        }
    }

    private void Set(ServiceId person, int mode, Func<long, bool> when)
    {
        if (context.Store.Conversations.Find(person) is { } known && when(JsonColumn.Number(known.Json, Mode) ?? Unknown))
        {
            known.Json[Mode] = mode;
            context.Store.Conversations.Save(known);
        }
    }
}
