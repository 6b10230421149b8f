using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client;

namespace Fluister.Cli.Commands;

/// <summary>fluister account delete</summary>
internal sealed class AccountDeleteCommand
{
    private readonly AccountOptions _account = new();
    private readonly Option<bool> _yes = new("--yes") { Description = "Do not ask" };
    private readonly Option<bool> _local = new("--only-here")
    {
        Description = "Remove only what is on this computer; the home server is not asked, and may go on keeping messages for it",
    };

    public static Command Create(CancellationToken cancel)
    {
        var delete = new AccountDeleteCommand();
        var command = new Command("delete", """
            Delete an account at its home server, and its history on this computer. On a linked device: unlink this device

              fluister account delete --account work                    asks to type the account's name
              fluister account delete --account work --only-here --yes
            """) { delete._yes, delete._local };
        delete._account.AddTo(command);
        command.SetAction(async (parsed, _) => await delete.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var account = _account.Choose(parsed);
        if (!parsed.GetValue(_yes))
        {
            await Console.Error.WriteLineAsync(Terminal.Clean(
                $"This deletes the account {account.Name} with its history in {account.Path}. Nobody can bring it back."))
                .ConfigureAwait(false);
            await Console.Error.WriteAsync("Type the account's name to go on: ").ConfigureAwait(false);
            if (await Console.In.ReadLineAsync(cancel).ConfigureAwait(false) is not { } typed || typed.Trim() != account.Name)
            {
                throw new UsageException("That is not its name; nothing was deleted. --yes does not ask.");
            }
        }

        if (!parsed.GetValue(_local))
        {
            await _account.UseAsync(parsed, async client =>
            {
                await (client.Self.IsPrimary ? client.DeleteAccountAsync(cancel) : client.UnlinkAsync(cancel)).ConfigureAwait(false);
                return ExitCode.Done;
            }).ConfigureAwait(false);
        }

        using (account.TryLock() ?? throw new ClientException(
            ClientError.InUse, $"Another program has account \"{account.Name}\" open, perhaps its daemon. End that first."))
        {
            account.Delete();
        }

        await Console.Error.WriteLineAsync(Terminal.Clean($"{account.Name} is deleted.")).ConfigureAwait(false);
        return ExitCode.Done;
    }
}
