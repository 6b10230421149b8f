using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client;

namespace Fluister.Cli.Commands;

/// <summary>fluister contact show</summary>
internal static class ContactShowCommand
{
    public static Command Create(CancellationToken cancel)
    {
        var account = new AccountOptions();
        var who = ContactText.Who();
        var json = CommonOptions.Json();
        var command = new Command("show", """
            Tell what is known of somebody, with the safety number as digits and as a QR code

              fluister contact show Anna
            """) { who, json };
        account.AddTo(command);
        command.SetAction(async (parsed, _) => await account.UseAsync(parsed, async client =>
        {
            var person = await client.ResolveAsync(parsed.GetRequiredValue(who), cancel).ConfigureAwait(false);
            var contact = client.Contact(person) ?? throw new ClientException(
                ClientError.NotFound, $"Nothing is known of {person} yet. Write to this person first, or use `fluister contact add`.");
            var number = ContactText.SafetyNumber(client, person);
            if (parsed.GetValue(json))
            {
                JsonOutput.Lines([contact], (writer, it) =>
                {
                    ContactText.Write(writer, it);
                    writer.WriteString("safetyNumber", number?.Digits);
                });
                return ExitCode.Done;
            }

            ContactText.Print(contact);
            if (number is null)
            {
                await Console.Error.WriteLineAsync("There is a safety number once you have written to each other.").ConfigureAwait(false);
                return ExitCode.Done;
            }

            ContactText.Print(number);
            return ExitCode.Done;
        }).ConfigureAwait(false));
        return command;
    }
}
