using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client;

namespace Fluister.Cli.Commands;

/// <summary>fluister account username</summary>
internal static class AccountUsernameCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var command = new Command("username", """
            Tell or change the username: a name by which people find you without a number

              fluister account username
              fluister account username set anna          a number is added: anna.42@chat.example.org
              fluister account username link              a link and a QR code to hand out
              fluister account username remove
            """) { CreateSet(cancel), CreateLink(cancel), CreateRemove(cancel) };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, client => Task.FromResult(Tell(client)), isOnline: false)
            .ConfigureAwait(false));
        return command;
    }

    private static int Tell(AccountClient client)
    {
        if (client.UsernameAddress is not { } username)
        {
            Console.Error.WriteLine("There is no username. `fluister account username set NAME` chooses one.");
            return ExitCode.NothingFound;
        }

        Console.WriteLine(Terminal.Clean(username));
        return ExitCode.Done;
    }

    private static Command CreateSet(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var name = new Argument<string>("NAME") { Description = "A nickname (anna), or one with its number (anna.42)" };
        var command = new Command("set", """
            Choose a username

              fluister account username set anna
            """) { name };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, async client =>
        {
            await client.SetUsernameAsync(parsed.GetRequiredValue(name), cancel).ConfigureAwait(false);
            Console.WriteLine(Terminal.Clean(client.UsernameAddress!));
            return ExitCode.Done;
        }).ConfigureAwait(false));
        return command;
    }

    private static Command CreateLink(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var renew = new Option<bool>("--renew") { Description = "Make a new link; the old one leads nowhere any more" };
        var remove = new Option<bool>("--remove") { Description = "Take the link back; the username stays" };
        var command = new Command("link", """
            Print the link and the QR code by which people find the username

              fluister account username link
            """) { renew, remove };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, async client =>
        {
            if (parsed.GetValue(remove))
            {
                await client.DeleteUsernameLinkAsync(cancel).ConfigureAwait(false);
                return ExitCode.Done;
            }

            var link = await client.UsernameLinkAsync(parsed.GetValue(renew), cancel).ConfigureAwait(false);
            Console.WriteLine(link);
            if (!Console.IsOutputRedirected)
            {
                AccountText.PrintQr(TerminalQrCode.Of(link));
            }

            return ExitCode.Done;
        }).ConfigureAwait(false));
        return command;
    }

    private static Command CreateRemove(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var command = new Command("remove", """
            Give the username back

              fluister account username remove
            """);
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, async client =>
        {
            await client.DeleteUsernameAsync(cancel).ConfigureAwait(false);
            return ExitCode.Done;
        }).ConfigureAwait(false));
        return command;
    }
}
