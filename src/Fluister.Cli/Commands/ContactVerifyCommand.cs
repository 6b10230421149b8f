using System.CommandLine;
using Fluister.Cli.Accounts;
using Fluister.Client;

namespace Fluister.Cli.Commands;

/// <summary>fluister contact verify</summary>
internal sealed class ContactVerifyCommand
{
    private readonly AccountOptions _account = new();
    private readonly Argument<string> _who = ContactText.Who();
    private readonly Option<string?> _number = new("--number")
    {
        Description = "The safety number as the other side reads it to you: 60 digits, with or without spaces",
        HelpName = "DIGITS",
    };

    private readonly Option<bool> _undo = new("--undo") { Description = "No longer count this person as verified" };

    public static Command Create(CancellationToken cancel)
    {
        var verify = new ContactVerifyCommand();
        var command = new Command("verify", """
            Compare safety numbers, so that you know that nobody stands in between; then count this person as verified

              fluister contact verify Anna                      shows the number, and asks whether theirs is the same
              fluister contact verify Anna --number "05123 …"    compares
              fluister contact verify Anna --undo
            """) { verify._who, verify._number, verify._undo };
        verify._account.AddTo(command);
        command.SetAction(async (parsed, _) => await verify.RunAsync(parsed, cancel).ConfigureAwait(false));
        return command;
    }

    private Task<int> RunAsync(ParseResult parsed, CancellationToken cancel) => _account.UseAsync(parsed, async client =>
    {
        var person = await client.ResolveAsync(parsed.GetRequiredValue(_who), cancel).ConfigureAwait(false);
        if (parsed.GetValue(_undo))
        {
            await client.VerifyAsync(person, isVerified: false, cancel).ConfigureAwait(false);
            return ExitCode.Done;
        }

        var number = ContactText.SafetyNumber(client, person)
            ?? throw new ClientException(ClientError.NotFound, "There is no safety number before you have written with this person.");
        if (parsed.GetValue(_number) is { } told)
        {
            var digits = told.Count(char.IsAsciiDigit);
            if (!number.Fits(told))
            {
                throw digits != number.Digits.Length
                    ? new UsageException($"--number: a safety number has {number.Digits.Length} digits; these are {digits}.")
                    : new ClientException(ClientError.UntrustedIdentity,
                        "The numbers differ: one of you has an old one, or somebody stands in between. Compare again, face to face.");
            }
        }
        else
        {
            ContactText.Print(number);
            if (!Prompt.Confirm("Does the other side see the same number?"))
            {
                await Console.Error.WriteLineAsync("Nothing was changed.").ConfigureAwait(false);
                return ExitCode.NothingFound;
            }
        }

        await client.VerifyAsync(person, isVerified: true, cancel).ConfigureAwait(false);
        await Console.Error.WriteLineAsync(Terminal.Clean($"{client.Contact(person)?.DisplayName ?? person.ToString()} is verified."))
            .ConfigureAwait(false);
        return ExitCode.Done;
    });
}
