using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Age;
using Fluister.Archive.Exports.Output;
using Fluister.Cryptography;

namespace Fluister.Client.Backups;

/// <summary>A whole account in one encrypted file, and back: the store, the files of messages, the keys
/// (docs/spec/account-backup.md).</summary>
/// <remarks>An age file for a passphrase, in it a tar file. Nothing of it is ever on a disk in plain.</remarks>
public static class AccountBackup
{
    /// <summary>Writes a backup, also while the account is open, in this process or in another: one state of its store, and the files
    /// that this state names.</summary>
    /// <param name="folder">The account.</param>
    /// <param name="key">The key of its store.</param>
    /// <param name="output">Where to; it need not seek. What was written is of no use unless this returns.</param>
    /// <param name="passphrase">Opens the backup; in UTF-8.</param>
    /// <param name="clock">The time.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1.</param>
    /// <exception cref="ClientException">Store: the account cannot be read, or the copy of it not be written.</exception>
    /// <exception cref="ArchiveException">The output cannot be encrypted here.</exception>
    public static void Write(
        AccountFolder folder, Secret key, Stream output, Secret passphrase, TimeProvider? clock = null,
        Action<double>? progress = null) =>
        Write(folder, key, output, AgeRecipient.FromPassphrase(passphrase), clock, progress);

    internal static void Write(
        AccountFolder folder, Secret key, Stream output, AgeRecipient recipient, TimeProvider? clock, Action<double>? progress)
    {
        using var copyKey = RandomSource.System.Secret(key.Length);
        var now = (clock ?? TimeProvider.System).GetUtcNow();
        using var copy = new StoreCopy(folder, key, copyKey, now, share => progress?.Invoke(share / 2));
        AgeWriter.Encrypt(output, [recipient], plain =>
        {
            using var tar = new BackupWriter(plain);
            tar.Add(new BackupLabel(folder.Name, now, copyKey));
            tar.AddFile(BackupLabel.Store, copy.Path);
            var files = copy.Files();
            for (var i = 0; i < files.Count; i++)
            {
                tar.AddFile(BackupLabel.Attachments + files[i], Path.Combine(folder.Attachments, files[i]));
                progress?.Invoke(0.5 + ((i + 1.0) / files.Count / 2));
            }
        });
        progress?.Invoke(1);
    }

    /// <summary>Makes an account of a backup. It has its place only once all of it was found whole; before, and where this fails, there is
    /// no such account.</summary>
    /// <param name="input">The backup; read once, from here to its end.</param>
    /// <param name="passphrase">Opens it.</param>
    /// <param name="name">The account's name on this computer; null for the one that it had.</param>
    /// <param name="protection">What is to protect the store's key here.</param>
    /// <param name="home">The home folder; the default one where null.</param>
    /// <exception cref="ArchiveException">WrongKey, Damaged; Denied: there is an account of this name, or the disk is full.</exception>
    /// <exception cref="ClientException">Store: the store in it is damaged, or of a newer program.</exception>
    public static AccountFolder Restore(
        Stream input, Secret passphrase, string? name, KeyProtection protection, string? home = null)
    {
        using var identity = AgeIdentity.FromPassphrase(passphrase);
        using var plain = AgeReader.Open(input, [identity], "The backup");
        using var backup = new BackupReader(plain);
        using var label = backup.Label();
        var target = AccountFolder.New(name ?? label.Name, home);
        try
        {
            using var partial = new PartialFolder(target.Path);
            var folder = AccountFolder.At(partial.Path);
            PrivateFiles.MakeFolder(folder.Attachments);
            PrivateFiles.MakeFolder(Path.GetDirectoryName(folder.Database)!);
            backup.Extract(folder);
            RestoredStore.Prepare(folder, label.StoreKey);
            StoreKey.Protect(folder, label.StoreKey, protection);
            partial.Commit(replace: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"The account cannot be restored to {target.Path}: {e.Message}", e);
        }

        return target;
    }
}
