using Fluister.Client.Receiving;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Identity;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Which number's identity (PNI) belongs to which account.</summary>
internal static class PniLinks
{
    private const int SignatureBytes = 64;

    /// <summary>Takes an account's word that a PNI is its own, where the PNI's identity key, which we know already, signed the
    /// account's.</summary>
    public static void Take(ClientContext context, Incoming incoming, PniSignatureMessage? message)
    {
        if (message is null || message.Pni.Length != 16 || message.Signature.Length != SignatureBytes)
        {
            return;
        }

        var pni = ServiceId.Pni(new Guid(message.Pni.Span, bigEndian: true));
        if (context.Store.Identities.Find(pni) is not { } numbers || context.Store.Identities.Find(incoming.Sender) is not { } accounts
            || !AlternateIdentity.Verify(numbers.Key, accounts.Key, message.Signature.Span))
        {
            return;
        }

        var conversation = context.Store.Conversations.GetOrAdd(incoming.Sender);
        if (conversation.Json.Text("pni") != pni.ToString())
        {
            conversation.Json["pni"] = pni.ToString();
            context.Store.Conversations.Save(conversation);
        }
    }
}
