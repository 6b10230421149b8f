using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Archive.SignalDesktop.Keys.DBus;
using Fluister.Cryptography;

namespace Fluister.Archive.Accounts;

/// <summary>Secrets of accounts in the session's Secret Service, one item each, named by random digits.</summary>
internal static class AccountKeyring
{
    private const string Attribute = "fluister-store-key";
    private const string Advice = "Log in to a desktop session and unlock its keyring, or protect the account with a passphrase.";

    /// <summary>The secret of an item.</summary>
    /// <exception cref="ArchiveException">WrongKey: the keyring is not there, is locked, or has no such item.</exception>
    public static Secret Find(string item, SecretService? keyring = null) =>
        Told(keyring, service => service.Find(Attribute, item)) ?? throw new ArchiveException(ArchiveError.WrongKey,
            "This computer's keyring has no secret for the account. Use the keyring of the session that made it, or restore a backup.");

    /// <summary>Draws a secret and keeps it as a new item.</summary>
    /// <exception cref="ArchiveException">WrongKey: the keyring is not there or is locked.</exception>
    public static Secret Make(string item, string account, SecretService? keyring = null)
    {
        var secret = RandomSource.System.Secret(32);
        try
        {
            return Told(keyring, service =>
            {
                service.Store($"Fluister account {account}", Attribute, item, secret);
                return secret;
            });
        }
        catch
        {
            secret.Dispose();
            throw;
        }
    }

    private static T Told<T>(SecretService? keyring, Func<SecretService, T> work)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new ArchiveException(
                ArchiveError.Unsupported, "Accounts are kept in the keyring on Linux only. Protect the account with a passphrase.");
        }

        keyring ??= new SecretService(
            () => DBusAddress.OfSession(Environment.GetEnvironmentVariable), DBusConnection.CallTimeout, DBusConnection.PersonTimeout);
        try
        {
            return work(keyring);
        }
        catch (KeyringException e)
        {
            throw new ArchiveException(ArchiveError.WrongKey, $"{keyring.Name}: {e.Message}. {Advice}", e);
        }
    }
}
