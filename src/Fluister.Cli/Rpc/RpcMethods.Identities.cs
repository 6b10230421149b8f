using System.Text.Json;
using Fluister.Client;
using Fluister.Client.Contacts;

namespace Fluister.Cli.Rpc;

/// <content>Identity keys and their safety numbers.</content>
internal static partial class RpcMethods
{
    private static async Task<Action<Utf8JsonWriter>> ListIdentitiesAsync(RpcCall call, CancellationToken cancel)
    {
        var only = call.Parameters.Text("number", "recipient");
        call.Parameters.End();
        var client = call.Account.Client;
        var contacts = client.Contacts();
        if (only is not null)
        {
            var person = await ResolveAsync(client, only, cancel);
            contacts = [.. contacts.Where(contact => contact.Id == person)];
        }

        return writer =>
        {
            writer.WriteStartArray();
            foreach (var contact in contacts)
            {
                if (NumberOf(client, contact) is not { } number)
                {
                    continue;
                }

                writer.WriteStartObject();
                writer.WriteString("number", contact.Number);
                writer.WriteString("uuid", contact.Id.ToString());
                writer.WriteString("safetyNumber", number.Digits);
                writer.WriteBase64String("scannableSafetyNumber", number.Scannable);
                writer.WriteString("trustLevel", contact.IsVerified ? "TRUSTED_VERIFIED"
                    : contact.HasUntrustedIdentity ? "UNTRUSTED" : "TRUSTED_UNVERIFIED");
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        };
    }

    private static async Task<Action<Utf8JsonWriter>> TrustAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var (recipient, compared, all) = (given.NeededText("recipient"),
            given.Text("verifiedSafetyNumber", "verifiedFingerprint"), given.Flag("trustAllKnownKeys"));
        given.End();
        if (compared is null == !all)
        {
            throw RpcException.Parameters("Give verifiedSafetyNumber, or trustAllKnownKeys to write on without comparing.");
        }

        var client = call.Account.Client;
        var person = await ResolveAsync(client, recipient, cancel);
        if (compared is null)
        {
            await client.AcceptIdentityAsync(person, cancel);
            return Nothing;
        }

        if (!client.SafetyNumber(person).Fits(compared))
        {
            throw new ClientException(ClientError.BadInput,
                "That is not the safety number with this person. Compare it once more; if it differs, somebody may stand between you.");
        }

        await client.VerifyAsync(person, isVerified: true, cancel);
        return Nothing;
    }

    private static SafetyNumber? NumberOf(AccountClient client, Contact contact)
    {
        try
        {
            return client.SafetyNumber(contact.Id);
        }
        catch (ClientException e) when (e.Error == ClientError.NotFound)
        {
            // Never written with: no key of theirs is known.
            return null;
        }
    }
}
