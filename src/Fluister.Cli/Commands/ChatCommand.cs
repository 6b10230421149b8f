using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Commands;

/// <summary>fluister chat</summary>
internal sealed class ChatCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly AccountOptions _account = new();
    private readonly Argument<string> _with = new("RECIPIENT")
    {
        Description = "A contact's name, an id, a username (anna.42, or anna.42@chat.example.org of another home server) or its link",
    };

    private readonly Option<int> _last = new("--last", "-n")
    {
        Description = "How many messages of the history to show first",
        HelpName = "N",
        DefaultValueFactory = _ => 10,
    };

    public static Command Create(CancellationToken cancel)
    {
        var chat = new ChatCommand();
        var command = new Command("chat", """
            Talk with somebody: what you type is sent, what comes appears above it. /help there tells the commands

              fluister chat Anna
              printf 'Good morning\n/react 👍\n' | fluister chat Anna      without a terminal: line by line
            """) { chat._with, chat._last };
        chat._account.AddTo(command);
        command.SetAction(async (parsed, _) => await chat.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (parsed.GetValue(_last) is < 0 or > 1000)
        {
            throw new UsageException("--last: from 0 to 1000.");
        }

        var client = _account.Open(parsed);
        await using (client.ConfigureAwait(false))
        {
            // A username is asked for at the home server.
            client.Connect(receive: true);
            var with = await ResolveAsync(client, parsed.GetRequiredValue(_with), cancel).ConfigureAwait(false);
            var session = new ChatSession(client, with, EventText.For(client), new ChatScreen());
            foreach (var message in client.LastMessages(with, parsed.GetValue(_last)))
            {
                session.Show(message);
            }

            await session.RunAsync(cancel).ConfigureAwait(false);
            return ExitCode.Done;
        }
    }

    private static async Task<ServiceId> ResolveAsync(AccountClient client, string who, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            return await client.ResolveAsync(who, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ClientException(
                ClientError.Unreachable, "The home server, which knows whose username that is, cannot be reached. Check the network.");
        }
    }
}
