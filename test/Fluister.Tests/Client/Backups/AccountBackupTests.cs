using System.Formats.Tar;
using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Age;
using Fluister.Client;
using Fluister.Client.Backups;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Client.Backups;

public sealed class AccountBackupTests : IDisposable
{
    private const string Named = "ab/ab00000000000000000000000000000000000000000000000000000000000000";
    private const string Gone = "cd/cd00000000000000000000000000000000000000000000000000000000000000";
    private static readonly ServiceId s_bert = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    private readonly TemporaryFolder _home = new();
    private readonly TemporaryFolder _other = new();
    private readonly Secret _passphrase = new("correct horse"u8);
    private readonly AccountFolder _folder;
    private readonly Secret _key;
    private readonly ClientStore _store;

    public AccountBackupTests()
    {
        _folder = AccountFolder.Create("anna", _home.Path);
        _key = StoreKey.Create(_folder, KeyProtection.KeyFile(_home.In("key")));
        _store = ClientStore.Create(_folder.Database, _key);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder.Attachments, Named))!);
        File.WriteAllBytes(Path.Combine(_folder.Attachments, Named), [1, 2, 3]);
        File.WriteAllBytes(Path.Combine(_folder.Attachments, "notes"), [4]);
        _store.Messages.Add(new StoredMessage
        {
            Id = "m1",
            ConversationId = _store.Conversations.GetOrAdd(s_bert).Id,
            Type = "incoming",
            Source = s_bert,
            SentAt = 1000,
            ReceivedAt = 1001,
            Body = "canary in a coal mine",
            Json = new JsonObject { ["attachments"] = new JsonArray(At(Named), At(Gone), At("../../../etc/passwd")) },
        });
    }

    public void Dispose()
    {
        _store.Dispose();
        _key.Dispose();
        _passphrase.Dispose();
        _home.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void An_open_account_is_restored_on_another_computer()
    {
        var number = _store.Outbox.Add(new OutgoingContent { Recipient = s_bert, Timestamp = 1, Content = new byte[] { 1 } });
        _store.Outbox.SaveCopies(number, [new SealedCopy(1, 1, 1, [1])]);
        _store.PreKeys.NextId(ServiceIdKind.Aci, "ec", 1);
        var backup = WriteBackup();
        _store.Messages.Remove("m1");
        var restored = Restore(backup);

        Assert.Equal(_other.In("accounts", "anna"), restored.Path);
        using var key = StoreKey.Open(restored);
        Assert.False(key.FixedTimeEquals(_key));
        using (var store = ClientStore.Open(restored.Database, key))
        {
            Assert.Equal("canary in a coal mine", store.Messages.Find("m1")!.Body);
            Assert.Single(store.Outbox.Waiting(0, 10));
            Assert.Empty(store.Outbox.Copies(number));
            Assert.True(store.PreKeys.NextId(ServiceIdKind.Aci, "ec", 1) > 100_000);
            Assert.Equal(1, store.Items.Number(RestoredStore.RenewPreKeys));
        }

        Assert.Equal(
            ["attachments.noindex", "attachments.noindex/ab", "attachments.noindex/" + Named, "config.json", "sql", "sql/db.sqlite"],
            Directory.EnumerateFileSystemEntries(restored.Path, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(restored.Path, path)).Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(restored.Attachments, Named)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(restored.Database));
        Assert.Equal(["db.sqlite", "db.sqlite-shm", "db.sqlite-wal"],
            Directory.GetFiles(Path.GetDirectoryName(_folder.Database)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Another_passphrase_opens_nothing_and_leaves_nothing()
    {
        var backup = WriteBackup();
        using var other = new Secret("correct horsf"u8);
        Refused(ArchiveError.WrongKey, () => AccountBackup.Restore(
            new MemoryStream(backup), other, null, KeyProtection.KeyFile(_other.In("key")), _other.Path));
    }

    [Fact]
    public void A_backup_that_was_cut_or_changed_anywhere_leaves_nothing()
    {
        var backup = WriteBackup();
        var random = new Random(4);
        for (var i = 0; i < 12; i++)
        {
            var cut = backup[..random.Next(backup.Length)];
            Refused(ArchiveError.Damaged, () => Restore(cut));
        }

        foreach (var at in (int[])[backup.Length - 1, backup.Length / 2, backup.Length - 70_000])
        {
            var changed = (byte[])backup.Clone();
            changed[at] ^= 1;
            Refused(ArchiveError.Damaged, () => Restore(changed));
        }

        Assert.Equal("anna", Restore(backup).Name);
    }

    [Fact]
    public void A_restore_takes_no_accounts_place()
    {
        var backup = WriteBackup();
        Restore(backup);
        var before = _other.Entries();
        Assert.Equal(ArchiveError.Denied, Assert.Throws<ArchiveException>(() => Restore(backup)).Error);
        Assert.Equal(before, _other.Entries());
        Assert.Equal("second", Restore(backup, "second").Name);
    }

    /// <summary>Whoever knows the passphrase could put anything into the tar file.</summary>
    [Theory]
    [InlineData("../evil", TarEntryType.RegularFile)]
    [InlineData("/evil", TarEntryType.RegularFile)]
    [InlineData("attachments.noindex/../../evil", TarEntryType.RegularFile)]
    [InlineData("attachments.noindex/aa/aa/b", TarEntryType.RegularFile)]
    [InlineData("config.json", TarEntryType.RegularFile)]
    [InlineData("sql/db.sqlite", TarEntryType.SymbolicLink)]
    [InlineData("attachments.noindex/" + Named, TarEntryType.HardLink)]
    [InlineData("sql", TarEntryType.Directory)]
    public void Only_a_backups_own_files_are_written(string name, TarEntryType type)
    {
        using var label = new BackupLabel("anna", DateTimeOffset.UnixEpoch, new Secret(new byte[32]));
        using var output = new MemoryStream();
        AgeWriter.Encrypt(output, [AgeRecipient.FromPassphrase(_passphrase, 10)], plain =>
        {
            using var tar = new TarWriter(plain, leaveOpen: true);
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BackupLabel.File) { DataStream = new MemoryStream(label.Write()) });
            var entry = new PaxTarEntry(type, name);
            if (type == TarEntryType.RegularFile)
            {
                entry.DataStream = new MemoryStream([1]);
            }
            else if (type != TarEntryType.Directory)
            {
                entry.LinkName = "/etc/passwd";
            }

            tar.WriteEntry(entry);
        });
        Refused(ArchiveError.Damaged, () => Restore(output.ToArray()));
    }

    [Fact]
    public void A_store_that_is_damaged_in_the_backup_is_not_restored()
    {
        var crafted = Craft(bytes => bytes[^2000] ^= 1, padding: 0);
        var fault = Assert.Throws<ClientException>(() => Restore(crafted));
        Assert.Equal(ClientError.Store, fault.Error);
        Assert.Empty(AccountFolder.List(_other.Path));
    }

    [Fact]
    public void What_is_cut_off_behind_the_tar_file_is_missed()
    {
        var crafted = Craft(_ => { }, padding: 200_000);
        Refused(ArchiveError.Damaged, () => Restore(crafted[..^50_000]));
        Assert.Equal("anna", Restore(crafted).Name);
    }

    private byte[] Craft(Action<byte[]> change, int padding)
    {
        using var output = new MemoryStream();
        var copy = Path.Combine(_home.Path, "copy.sqlite");
        using var copyKey = RandomSource.System.Secret(32);
        _store.Database.BackUp(copy, copyKey);
        var bytes = File.ReadAllBytes(copy);
        change(bytes);
        File.WriteAllBytes(copy, bytes);
        AgeWriter.Encrypt(output, [AgeRecipient.FromPassphrase(_passphrase, 10)], plain =>
        {
            using (var tar = new BackupWriter(plain))
            {
                tar.Add(new BackupLabel("anna", DateTimeOffset.UnixEpoch, copyKey));
                tar.AddFile(BackupLabel.Store, copy);
            }

            plain.Write(new byte[padding]);
        });
        return output.ToArray();
    }

    private static JsonObject At(string path) => new() { ["path"] = path, ["contentType"] = "image/png", ["size"] = 3, ["version"] = 2 };

    private byte[] WriteBackup()
    {
        using var output = new MemoryStream();
        AccountBackup.Write(_folder, _key, output, AgeRecipient.FromPassphrase(_passphrase, 10), null, null);
        Assert.Equal(-1, output.GetBuffer().AsSpan(0, (int)output.Length).IndexOf("canary"u8));
        return output.ToArray();
    }

    private AccountFolder Restore(byte[] backup, string? name = null) =>
        AccountBackup.Restore(new MemoryStream(backup), _passphrase, name, KeyProtection.KeyFile(_other.In("key")), _other.Path);

    private void Refused(ArchiveError error, Func<AccountFolder> restore)
    {
        Assert.Equal(error, Assert.Throws<ArchiveException>(restore).Error);
        Assert.Empty(AccountFolder.List(_other.Path));
        Assert.False(Directory.Exists(_other.In("accounts")) && Directory.EnumerateFileSystemEntries(_other.In("accounts")).Any());
    }
}
