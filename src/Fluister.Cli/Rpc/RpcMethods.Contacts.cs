using System.Text.Json;
using Fluister.Client;
using Fluister.Client.Contacts;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Rpc;

/// <content>People: names, timers, blocking, requests.</content>
internal static partial class RpcMethods
{
    private static async Task<Action<Utf8JsonWriter>> ListContactsAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var (names, name) = (given.Texts("recipient", "recipients"), given.Text("name"));
        var blocked = given.OptionalFlag("blocked");
        given.Flag("allRecipients");
        given.Flag("detailed");
        given.End();
        var client = call.Account.Client;
        var contacts = client.Contacts().Where(contact => (name is null || name == contact.DisplayName)
            && (blocked is null || blocked == contact.IsBlocked)).ToList();
        if (names.Count > 0)
        {
            var wanted = new HashSet<ServiceId>();
            foreach (var one in names)
            {
                wanted.Add(await ResolveAsync(client, one, cancel));
            }

            contacts.RemoveAll(contact => !wanted.Contains(contact.Id));
        }

        return writer =>
        {
            writer.WriteStartArray();
            contacts.ForEach(contact => Write(writer, contact));
            writer.WriteEndArray();
        };
    }

    private static async Task<Action<Utf8JsonWriter>> UpdateContactAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var (recipient, name, expiration) = (given.NeededText("recipient"), given.Text("name"), given.Number("expiration"));
        given.End();
        if (expiration is < 0 or > int.MaxValue)
        {
            throw RpcException.Parameters("expiration is in seconds; 0 for never.");
        }

        var client = call.Account.Client;
        var person = await ResolveAsync(client, recipient, cancel);
        if (name is not null)
        {
            await (name.Length > 0 ? client.AddContactAsync(person, name, cancel) : client.RenameContactAsync(person, null, cancel));
        }

        if (expiration is not { } seconds)
        {
            return Nothing;
        }

        var timestamp = await client.SetExpireTimerAsync(person, (int)seconds, cancel);
        return writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("timestamp", timestamp);
            writer.WriteEndObject();
        };
    }

    private static Task<Action<Utf8JsonWriter>> BlockAsync(RpcCall call, CancellationToken cancel) =>
        WithEachAsync(call, (client, person) => client.BlockAsync(person, cancel), cancel);

    private static Task<Action<Utf8JsonWriter>> UnblockAsync(RpcCall call, CancellationToken cancel) =>
        WithEachAsync(call, (client, person) => client.UnblockAsync(person, cancel), cancel);

    private static Task<Action<Utf8JsonWriter>> RemoveContactAsync(RpcCall call, CancellationToken cancel)
    {
        if (!call.Parameters.Flag("forget"))
        {
            throw RpcException.Parameters(
                "Only with forget: the conversation goes from all your devices. To take a name away, use updateContact.");
        }

        return WithEachAsync(call, (client, person) => client.DeleteConversationAsync(person, cancel), cancel);
    }

    private static Task<Action<Utf8JsonWriter>> SendMessageRequestResponseAsync(RpcCall call, CancellationToken cancel)
    {
        var type = call.Parameters.NeededText("type");
        return type is not ("accept" or "delete") ? throw RpcException.Parameters("type is \"accept\" or \"delete\".")
            : WithEachAsync(call, (client, person) => type == "accept"
                ? client.AcceptRequestAsync(person, cancel) : client.DeleteRequestAsync(person, cancel), cancel);
    }

    private static async Task<Action<Utf8JsonWriter>> GetUserStatusAsync(RpcCall call, CancellationToken cancel)
    {
        List<string> asked = [.. call.Parameters.Texts("recipient", "recipients"), .. call.Parameters.Texts("username", "usernames")];
        call.Parameters.End();
        if (asked.Count is 0 or > RpcLimits.Recipients)
        {
            throw RpcException.Parameters($"recipient has from 1 to {RpcLimits.Recipients} values.");
        }

        call.GoOn();
        var found = new List<(string Asked, ServiceId? Id, bool? IsRegistered)>();
        foreach (var text in asked)
        {
            var (id, isRegistered) = await FindRegisteredAsync(call.Account.Client, text, cancel);
            found.Add((text, id, isRegistered));
        }

        return writer =>
        {
            writer.WriteStartArray();
            foreach (var (text, id, isRegistered) in found)
            {
                var contact = id is { } known ? call.Account.Client.Contact(known) : null;
                writer.WriteStartObject();
                writer.WriteString("recipient", text);
                writer.WriteString("number", contact?.Number);
                writer.WriteString("username", contact?.Username);
                writer.WriteString("uuid", id?.ToString());
                if (isRegistered is { } told)
                {
                    writer.WriteBoolean("isRegistered", told);
                }
                else
                {
                    writer.WriteNull("isRegistered");
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        };
    }

    /// <summary>Whom a text means, and whether the person is registered; null where the home server cannot be asked, so that somebody who
    /// is known can be written to all the same.</summary>
    private static async Task<(ServiceId? Id, bool? IsRegistered)> FindRegisteredAsync(
        AccountClient client, string text, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RpcLimits.StatusWait);
        ServiceId? id = null;
        try
        {
            var person = await ResolveAsync(client, text, limit.Token);
            id = person;
            var isThere = person == client.Self.Aci || await client.FetchProfileAsync(person, limit.Token);
            return (isThere ? person : null, isThere);
        }
        catch (ClientException e) when (e.Error == ClientError.NotFound)
        {
            return (null, false);
        }
        catch (ClientException e) when (e.Error == ClientError.Unreachable && id is not null)
        {
            return (id, null);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            if (id is null)
            {
                throw new ClientException(
                    ClientError.Unreachable, "The home server, which knows whose username that is, cannot be reached. Check the network.");
            }

            return (id, null);
        }
    }

    private static async Task<Action<Utf8JsonWriter>> WithEachAsync(
        RpcCall call, Func<AccountClient, ServiceId, Task> work, CancellationToken cancel)
    {
        var to = Recipients(call.Parameters);
        call.Parameters.End();
        foreach (var name in to)
        {
            await work(call.Account.Client, await ResolveAsync(call.Account.Client, name, cancel));
        }

        return Nothing;
    }

    private static void Write(Utf8JsonWriter writer, Contact contact)
    {
        writer.WriteStartObject();
        writer.WriteString("number", contact.Number);
        writer.WriteString("uuid", contact.Id.ToString());
        writer.WriteString("username", contact.Username);
        writer.WriteString("name", contact.Name ?? "");
        writer.WriteBoolean("isBlocked", contact.IsBlocked);
        writer.WriteNumber("messageExpirationTime", contact.ExpireSeconds);
        writer.WriteBoolean("profileSharing", contact.IsAccepted);
        writer.WriteStartObject("profile");
        writer.WriteString("givenName", contact.ProfileName?.Given);
        writer.WriteString("familyName", contact.ProfileName?.Family);
        writer.WriteString("about", contact.About);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
