using System.CommandLine;
using Fluister.NotForking.Rebuild;
using Fluister.NotForking.Rebuild.Signing;

namespace Fluister.NotForking.Commands;

/// <content>Signatures, and builds by others.</content>
internal static partial class BuildCommand
{
    /// <summary>For how long an attestation may count: a hundred years.</summary>
    private const int MostDays = 36_500;

    private static Command Verify()
    {
        var sums = new Argument<string>("sums") { Description = "The release's SHA256SUMS; its other files may lie beside it." };
        var built = new Argument<string?>("dir")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "Files that were built already. Without it this commit is built.",
        };
        var signer = new Option<string?>("--signer") { Description = "The public key that must have signed it: SHA256SUMS.sig." };
        var dirty = Dirty();
        var command = new Command("verify", "Builds a release again and compares: all the same, or which file differs, and where in it.")
        {
            sums, built, signer, dirty,
        };
        command.SetAction(parse =>
        {
            var path = parse.GetRequiredValue(sums);
            if (parse.GetValue(signer) is { } key)
            {
                ReleaseKey.VerifyFile(path, key);
                Console.Error.WriteLine("The signature is that of the key.");
            }

            var verification = new Verification(path);
            using var scratch = new Scratch();
            var folder = parse.GetValue(built);
            if (folder is null)
            {
                folder = scratch.Below("again");
                Say(new ReleaseRun(parse.GetValue(dirty), verification.Names, Progress).Make(Sources, folder));
            }

            var differences = verification.Compare(folder).Select(difference => difference.ToString()).ToList();
            differences.ForEach(Console.WriteLine);
            return differences.Count > 0
                ? throw new NotForkException(
                    ExitCode.Verification, $"{differences.Count} of {verification.Count} files differ.", new Place(path))
                : Done($"All {verification.Count} files are identical.");
        });
        return command;
    }

    private static Command Key()
    {
        var file = new Argument<string>("file") { Description = "Where the secret key goes; the public one goes to FILE.pub." };
        var command = new Command("key", "Makes a pair of keys for releases or attestations.") { file };
        command.SetAction(parse =>
        {
            ReleaseKey.Create(parse.GetRequiredValue(file));
            return Done($"Keep {parse.GetRequiredValue(file)} to yourself; give {parse.GetRequiredValue(file)}.pub to everybody.");
        });
        return command;
    }

    private static Command Sign()
    {
        var sums = new Argument<string>("sums") { Description = "The release's SHA256SUMS." };
        var key = KeyOption();
        var command = new Command("sign", "Signs SHA256SUMS: writes SHA256SUMS.sig.") { sums, key };
        command.SetAction(parse =>
        {
            ReleaseKey.SignFile(parse.GetRequiredValue(sums), parse.GetRequiredValue(key));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Attest()
    {
        var sums = new Argument<string>("sums") { Description = "The SHA256SUMS of what you built; with --check an attestation." };
        var key = KeyOption();
        key.Required = false;
        var name = new Option<string>("--name") { DefaultValueFactory = _ => "", Description = "How you want to be called." };
        var days = new Option<int>("--days") { DefaultValueFactory = _ => 365, Description = "For how many days it counts." };
        var check = new Option<bool>("--check") { Description = "Checks an attestation's signature and prints what it says." };
        var command = new Command("attest",
            "Prints a signed statement that you built this, for peers who want to hear it of several.") { sums, key, name, days, check };
        command.SetAction(parse =>
        {
            var path = parse.GetRequiredValue(sums);
            if (parse.GetValue(check))
            {
                return Done($"{Attestation.Read(path)}");
            }

            if (parse.GetValue(days) is < 1 or > MostDays)
            {
                throw new NotForkException(ExitCode.Usage, $"`--days` is from 1 to {MostDays}.");
            }

            using var pair = ReleaseKey.Read(
                parse.GetValue(key) ?? throw new NotForkException(ExitCode.Usage, "Name your key with --key."));
            using var output = Console.OpenStandardOutput();
            var now = TimeProvider.System.GetUtcNow();
            output.Write(Attestation.Make(path, pair, parse.GetRequiredValue(name), now, TimeSpan.FromDays(parse.GetValue(days))).Write());
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Option<string> KeyOption() => new("--key") { Required = true, Description = "Your secret key, of `./build key`." };

    private static int Done(string sentence)
    {
        Console.WriteLine(sentence);
        return (int)ExitCode.Done;
    }
}
