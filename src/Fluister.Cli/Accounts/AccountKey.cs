using Fluister.Archive.Accounts;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Cryptography;

namespace Fluister.Cli.Accounts;

/// <summary>Keys of accounts' stores, by what a person gives.</summary>
internal static class AccountKey
{
    private const string Question = "New passphrase of the account";

    /// <summary>Opens the key; asks for a passphrase on the terminal where one is needed and none was given.</summary>
    /// <exception cref="Archive.Conversations.ArchiveException">What was given does not open it.</exception>
    public static Secret Open(AccountFolder folder, string? keyFile, string? passphraseFile)
    {
        CheckOne(keyFile, passphraseFile);
        if (keyFile is null && passphraseFile is null && !Console.IsInputRedirected
            && StoreKey.ProtectorOf(folder) == KeyProtector.Passphrase)
        {
            passphraseFile = "-";
        }

        using var passphrase = passphraseFile is null ? null : ReadPassphrase(passphraseFile, $"Passphrase of account {folder.Name}");
        return StoreKey.Open(folder, Protection(keyFile, passphrase));
    }

    /// <summary>Makes the key of a new account: with a key file or a passphrase where one is given; else in the keyring of this session;
    /// else with a passphrase that is asked for.</summary>
    public static Secret Make(AccountFolder folder, string? keyFile, string? passphraseFile)
    {
        CheckOne(keyFile, passphraseFile);
        if (keyFile is null && passphraseFile is null)
        {
            try
            {
                return StoreKey.Create(folder, KeyProtection.SecretService);
            }
            catch (Archive.Conversations.ArchiveException) when (!Console.IsInputRedirected)
            {
                Console.Error.WriteLine("This session has no keyring that could keep the key of the account's history; a passphrase does.");
            }
            catch (Archive.Conversations.ArchiveException e)
            {
                throw new Archive.Conversations.ArchiveException(e.Error,
                    $"{e.Message} Or say what protects the history: --passphrase-file FILE, or --key-file FILE, which is made.", e);
            }
        }

        using var passphrase = keyFile is not null ? null : NewPassphrase(passphraseFile ?? "-", Question);
        return StoreKey.Create(folder, Protection(keyFile, passphrase)!);
    }

    /// <summary>Does something that needs a protection for a key: what was given, or this session's keyring; where there is no session, a
    /// passphrase that is asked for.</summary>
    public static T Protect<T>(string? keyFile, string? passphraseFile, Func<KeyProtection, T> work)
    {
        CheckOne(keyFile, passphraseFile);
        var hasKeyring = Environment.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 };
        using var passphrase = keyFile is not null || (passphraseFile is null && hasKeyring) ? null
            : NewPassphrase(passphraseFile ?? "-", Question);
        return work(Protection(keyFile, passphrase) ?? KeyProtection.SecretService);
    }

    /// <summary>A new passphrase from a file; "-" asks for it, twice where a person types it.</summary>
    public static Secret NewPassphrase(string file, string question) =>
        file == "-" ? Prompt.NewPassphrase(question) : ProfileKey.ReadPasswordFile(file);

    /// <summary>A passphrase from a file; "-" asks for it.</summary>
    public static Secret ReadPassphrase(string file, string question) =>
        file == "-" ? Prompt.Secret(question) : ProfileKey.ReadPasswordFile(file);

    private static KeyProtection? Protection(string? keyFile, Secret? passphrase) => keyFile is not null ? KeyProtection.KeyFile(keyFile)
        : passphrase is not null ? KeyProtection.Passphrase(passphrase) : null;

    private static void CheckOne(string? keyFile, string? passphraseFile)
    {
        if (keyFile is not null && passphraseFile is not null)
        {
            throw new UsageException("Give --key-file or --passphrase-file, not both.");
        }

        if (keyFile == "-")
        {
            throw new UsageException("--key-file: an account's key file is a file; '-' is none.");
        }
    }
}
