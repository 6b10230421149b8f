using System.CommandLine;
using Fluister.Archive.Accounts;

namespace Fluister.Cli.Accounts;

/// <summary>The options that say where a new account is kept, and what protects it.</summary>
internal sealed class NewAccountOptions
{
    private const string UsualName = "main";

    private readonly Option<string?> _name = new("--name", "--account", "-a")
    {
        Description = "What to call the account on this computer. Default: as the profile, or 'main'",
        HelpName = "NAME",
    };

    private readonly Option<string?> _keyFile = new("--key-file")
    {
        Description = "Protect the history with the key in this file, which is made where it is missing",
        HelpName = "FILE",
    };

    private readonly Option<string?> _passphraseFile = new("--passphrase-file")
    {
        Description = "Protect it with the passphrase in this file; '-' asks for it. Default: this session's keyring, or else a passphrase",
        HelpName = "FILE",
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_name);
        command.Add(_keyFile);
        command.Add(_passphraseFile);
    }

    /// <summary>Makes the folder and the key; or opens those that an earlier run left, which then goes on.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="profileName">The name that people will see, where there is one.</param>
    public AccountPlace Make(ParseResult parsed, string? profileName)
    {
        var name = parsed.GetValue(_name) ?? NameFrom(profileName);
        var (keyFile, passphraseFile) = (parsed.GetValue(_keyFile), parsed.GetValue(_passphraseFile));
        if (AccountFolder.List().FirstOrDefault(folder => folder.Name == name) is { } known)
        {
            return new AccountPlace(known, AccountKey.Open(known, keyFile, passphraseFile), isNew: false);
        }

        var made = AccountFolder.Create(name);
        try
        {
            return new AccountPlace(made, AccountKey.Make(made, keyFile, passphraseFile), isNew: true);
        }
        catch
        {
            made.Delete();
            throw;
        }
    }

    /// <summary>The name that was given; null for none.</summary>
    public string? Name(ParseResult parsed) => parsed.GetValue(_name);

    /// <summary>Does something that needs a protection for a key: what was given, or this session's keyring, or a passphrase that is asked
    /// for where there is no session.</summary>
    public T Protect<T>(ParseResult parsed, Func<KeyProtection, T> work) =>
        AccountKey.Protect(parsed.GetValue(_keyFile), parsed.GetValue(_passphraseFile), work);

    /// <summary>The account's name as the profile's first word has it, in letters that are the same everywhere.</summary>
    internal static string NameFrom(string? profileName)
    {
        var word = profileName?.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault()?.ToLowerInvariant();
        return word is not null && AccountFolder.IsName(word) ? word : UsualName;
    }
}
