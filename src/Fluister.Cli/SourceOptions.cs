using System.CommandLine;
using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Cli.Accounts;
using Fluister.Cryptography;

namespace Fluister.Cli;

/// <summary>The options that say which store to read and how to open it.</summary>
internal sealed class SourceOptions
{
    private readonly Option<string?> _source = new("--source")
    {
        Description = "Signal Desktop profile: the folder with config.json. Default: the one on this computer",
        HelpName = "DIR",
    };

    private readonly Option<string?> _account = new("--account")
    {
        Description = "Read the history of this Fluister account of this computer instead",
        HelpName = "NAME",
    };

    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = "File with the store's key (64 hex digits), for a profile from elsewhere; '-' asks for it. "
            + "With --account: the account's key file",
        HelpName = "FILE",
    };

    private readonly Option<string?> _passphraseFile = new("--passphrase-file")
    {
        Description = "File with the passphrase of --account; '-' asks for it, as does none where one is needed",
        HelpName = "FILE",
    };

    private readonly Option<string?> _keyringPasswordFile = new("--keyring-password-file")
    {
        Description = "File with the keyring password that protects the key of a profile from another computer; '-' asks for it",
        HelpName = "FILE",
    };

    private readonly Option<bool> _noKeyring = new("--no-keyring") { Description = "Do not ask this computer's keyring" };

    private readonly Option<bool> _salvage = new("--salvage") { Description = "Read on past damaged pages and tell how many there were" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_source);
        command.Add(_account);
        command.Add(_keyFile);
        command.Add(_passphraseFile);
        command.Add(_keyringPasswordFile);
        command.Add(_noKeyring);
        command.Add(_salvage);
    }

    /// <summary>Opens the store.</summary>
    public SignalDesktopArchive Open(ParseResult parsed)
    {
        if (parsed.GetValue(_account) is { } name)
        {
            return OpenAccount(AccountFolder.Find(name), parsed);
        }

        if (parsed.GetValue(_passphraseFile) is not null)
        {
            throw new UsageException("--passphrase-file goes with --account.");
        }

        var folder = parsed.GetValue(_source) ?? DefaultProfile();
        using var key = Read(parsed.GetValue(_keyFile), "Key of the store (64 hex digits)", ProfileKey.ReadKeyFile,
            text => ProfileKey.ParseKeyFile(text.Reveal()));
        using var password = Read(parsed.GetValue(_keyringPasswordFile), "Keyring password", ProfileKey.ReadPasswordFile,
            text => new Secret(text.Reveal()));
        return SignalDesktopArchive.Open(folder, new SignalDesktopOptions
        {
            Keys = new KeyOptions { Key = key, KeyringPassword = password, UseKeyring = !parsed.GetValue(_noKeyring) },
            Salvage = parsed.GetValue(_salvage),
        });
    }

    /// <summary>Tells of damaged pages that were passed over; to be called when the reading is done.</summary>
    public static void ReportDamage(SignalDesktopArchive archive)
    {
        if (archive.DamagedPages.Count > 0)
        {
            Console.Error.WriteLine($"fluister: {archive.DamagedPages.Count} damaged pages were passed over; what they held is missing: "
                + string.Join(", ", archive.DamagedPages.Order().Take(20)) + (archive.DamagedPages.Count > 20 ? ", ..." : ""));
        }
    }

    private SignalDesktopArchive OpenAccount(AccountFolder folder, ParseResult parsed)
    {
        if (parsed.GetValue(_source) is not null || parsed.GetValue(_keyringPasswordFile) is not null)
        {
            throw new UsageException("--account stands instead of --source and its --keyring-password-file.");
        }

        using var key = AccountKey.Open(folder, parsed.GetValue(_keyFile), parsed.GetValue(_passphraseFile));
        return SignalDesktopArchive.Open(folder.Path, new SignalDesktopOptions
        {
            Keys = new KeyOptions { Key = key },
            Salvage = parsed.GetValue(_salvage),
        });
    }

    private static Secret? Read(string? path, string prompt, Func<string, Secret> fromFile, Func<Secret, Secret> fromPrompt)
    {
        if (path != "-")
        {
            return path is null ? null : fromFile(path);
        }

        using var typed = Prompt.Secret(prompt);
        return fromPrompt(typed);
    }

    private static string DefaultProfile()
    {
        var found = ProfileLocations.Find();
        if (found.Count == 0)
        {
            throw new ArchiveException(ArchiveError.NotFound,
                "There is no Signal Desktop profile on this computer. Name one with --source DIR. Looked at: "
                + string.Join(", ", ProfileLocations.Candidates(DesktopSurroundings.Current).Select(location => location.Path)));
        }

        if (found.Count > 1)
        {
            throw new UsageException("There are several Signal Desktop profiles here. Choose one with --source: "
                + string.Join(", ", found.Select(location => $"\"{location.Path}\"")));
        }

        return found[0].Path;
    }
}
