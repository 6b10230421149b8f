using System.Text.Json;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Rpc;

/// <content>Messages and what is done with them.</content>
internal static partial class RpcMethods
{
    private static async Task<Action<Utf8JsonWriter>> SendAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var edited = given.Number("editTimestamp");
        var parts = new RpcDraft(given);
        var to = Recipients(given);
        given.End();
        var client = call.Account.Client;
        var draft = await parts.ForAsync(client, cancel);
        return await EachAsync(call, to, async recipient => edited is { } target
            ? await client.EditAsync(recipient, target, draft, cancel)
            : (await client.SendAsync(recipient, draft, cancel)).Timestamp, cancel);
    }

    private static async Task<Action<Utf8JsonWriter>> SendReactionAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var emoji = given.NeededText("emoji");
        var author = given.NeededText("targetAuthor");
        var target = given.NeededNumber("targetTimestamp");
        var remove = given.Flag("remove");
        var to = Recipients(given);
        given.End();
        var client = call.Account.Client;
        var by = await ResolveAsync(client, author, cancel);
        return await EachAsync(call, to, recipient => client.ReactAsync(recipient, by, target, emoji, remove, cancel), cancel);
    }

    private static async Task<Action<Utf8JsonWriter>> RemoteDeleteAsync(RpcCall call, CancellationToken cancel)
    {
        var target = call.Parameters.NeededNumber("targetTimestamp");
        var to = Recipients(call.Parameters);
        call.Parameters.End();
        return await EachAsync(call, to, recipient => call.Account.Client.DeleteAsync(recipient, target, cancel), cancel);
    }

    private static async Task<Action<Utf8JsonWriter>> SendReceiptAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var targets = given.Numbers("targetTimestamp", "targetTimestamps");
        var type = given.Text("type") ?? "read";
        var to = Recipients(given);
        given.End();
        if (targets.Count == 0 || type is not ("read" or "viewed"))
        {
            throw RpcException.Parameters(
                targets.Count == 0 ? "The parameter targetTimestamp is missing." : "type is \"read\" or \"viewed\".");
        }

        var client = call.Account.Client;
        foreach (var name in to)
        {
            var with = await ResolveAsync(client, name, cancel);
            if (type == "read")
            {
                await client.MarkReadAsync(with, [.. targets], cancel);
                continue;
            }

            foreach (var target in targets)
            {
                await client.MarkViewedAsync(with, with, target, cancel);
            }
        }

        return Nothing;
    }

    private static async Task<Action<Utf8JsonWriter>> SendTypingAsync(RpcCall call, CancellationToken cancel)
    {
        var isTyping = !call.Parameters.Flag("stop");
        var to = Recipients(call.Parameters);
        call.Parameters.End();
        foreach (var name in to)
        {
            var recipient = await ResolveAsync(call.Account.Client, name, cancel);
            await call.Account.Client.SendTypingAsync(recipient, isTyping, cancel);
        }

        return Nothing;
    }

    private static async Task<Action<Utf8JsonWriter>> SendPollCreateAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var draft = new Draft { Poll = (given.NeededText("question"), given.Texts("option", "options"), !given.Flag("noMulti")) };
        var to = Recipients(given);
        given.End();
        var client = call.Account.Client;
        return await EachAsync(call, to, async recipient => (await client.SendAsync(recipient, draft, cancel)).Timestamp, cancel);
    }

    private static async Task<Action<Utf8JsonWriter>> SendPollVoteAsync(RpcCall call, CancellationToken cancel)
    {
        var given = call.Parameters;
        var author = given.NeededText("pollAuthor");
        var target = given.NeededNumber("pollTimestamp");
        IReadOnlyList<int> options = [.. given.Numbers("option", "options").Select(Index)];

        // signal-cli has the caller count; here the history knows.
        given.Number("voteCount");
        var to = Recipients(given);
        given.End();
        var client = call.Account.Client;
        var by = await ResolveAsync(client, author, cancel);
        return await EachAsync(call, to, recipient => client.VoteAsync(recipient, by, target, options, cancel), cancel);
    }

    private static async Task<Action<Utf8JsonWriter>> SendPollTerminateAsync(RpcCall call, CancellationToken cancel)
    {
        var target = call.Parameters.NeededNumber("pollTimestamp");
        var to = Recipients(call.Parameters);
        call.Parameters.End();
        return await EachAsync(call, to, recipient => call.Account.Client.EndPollAsync(recipient, target, cancel), cancel);
    }

    private static async Task<Action<Utf8JsonWriter>> SendSyncRequestAsync(RpcCall call, CancellationToken cancel)
    {
        call.Parameters.End();
        await call.Account.Client.RequestSyncAsync(cancel);
        return Nothing;
    }

    private static int Index(long option) => option is >= 0 and <= int.MaxValue
        ? (int)option : throw RpcException.Parameters("An option is its place, from 0 on.");

    /// <summary>Whom a request is for: recipients by any name that a person has here, or one's own account.</summary>
    private static IReadOnlyList<string> Recipients(RpcParameters given)
    {
        if (given.Texts("groupId", "groupIds").Count > 0)
        {
            throw RpcException.Parameters("There are no groups yet: leave out groupId.");
        }

        // To oneself it is Note to Self either way.
        given.Flag("notifySelf");
        var noteToSelf = given.Flag("noteToSelf");
        List<string> all = [.. given.Texts("recipient", "recipients"), .. given.Texts("username", "usernames")];
        if (noteToSelf)
        {
            all.Add("self");
        }

        return all.Count is > 0 and <= RpcLimits.Recipients ? all
            : throw RpcException.Parameters(all.Count == 0 ? "The parameter recipient is missing."
                : $"A request has at most {RpcLimits.Recipients} recipients.");
    }

    /// <summary>Whom a text means; an id as it stands, without asking anybody.</summary>
    private static async Task<ServiceId> ResolveAsync(AccountClient client, string text, CancellationToken cancel) =>
        ServiceId.TryParse(text, out var id) ? id : await client.ResolveAsync(text, cancel);

    /// <summary>Does something with each recipient in turn, then waits for what became of it, with all at once.</summary>
    private static async Task<Action<Utf8JsonWriter>> EachAsync(
        RpcCall call, IReadOnlyList<string> recipients, Func<ServiceId, Task<long>> send, CancellationToken cancel)
    {
        // All are known before anything is sent: an error says that nothing was.
        var to = new List<ServiceId>();
        foreach (var name in recipients)
        {
            to.Add(await ResolveAsync(call.Account.Client, name, cancel));
        }

        var sent = new List<(ServiceId Recipient, long Timestamp)>();
        foreach (var recipient in to)
        {
            sent.Add((recipient, await send(recipient)));
        }

        call.GoOn();
        var results = await Task.WhenAll(sent.Select(one => call.Account.SentAsync(one.Recipient, one.Timestamp, cancel)));
        if (Array.TrueForAll(results, result => result.Failure is not null))
        {
            throw RpcException.From(results[0].Failure!);
        }

        return writer => SendResult.Write(writer, results, sent[0].Timestamp, call.Account.Client);
    }
}
