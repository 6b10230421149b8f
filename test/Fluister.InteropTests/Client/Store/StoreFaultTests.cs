using System.Diagnostics;
using Fluister.Archive.Accounts;
using Fluister.Client;
using Fluister.Client.Store;
using Fluister.InteropTests.Cli;
using Fluister.SqlCipher;

namespace Fluister.InteropTests.Client.Store;

/// <summary>Pages that were changed, another key, a disk that is full.</summary>
public sealed class StoreFaultTests
{
    private const int PageBytes = 4096;

    [Fact]
    public void Whichever_page_was_changed_the_store_says_so()
    {
        using var account = new AccountOnDisk();
        using (var store = account.Open())
        {
            store.Transact(() =>
            {
                for (var i = 0; i < 300; i++)
                {
                    store.Messages.Add(Message(i));
                }
            });
        }

        var whole = File.ReadAllBytes(account.Folder.Database);
        var random = new Random(7);
        for (var round = 0; round < 30; round++)
        {
            var changed = (byte[])whole.Clone();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(account.Folder.Database, changed);
            var fault = Assert.Throws<ClientException>(() =>
            {
                using var store = account.Open();
                store.Verify();
            });
            Assert.Equal(ClientError.Store, fault.Error);
            Assert.Contains("db.sqlite", fault.Message, StringComparison.Ordinal);
        }

        // Two pages exchanged, each of them authentic in its own place.
        var exchanged = (byte[])whole.Clone();
        whole.AsSpan(2 * PageBytes, PageBytes).CopyTo(exchanged.AsSpan(5 * PageBytes));
        whole.AsSpan(5 * PageBytes, PageBytes).CopyTo(exchanged.AsSpan(2 * PageBytes));
        File.WriteAllBytes(account.Folder.Database, exchanged);
        Assert.Throws<ClientException>(() =>
        {
            using var store = account.Open();
            store.Verify();
        });
    }

    [Fact]
    public void Another_key_opens_nothing()
    {
        using var account = new AccountOnDisk();
        using var other = Fluister.Cryptography.RandomSource.System.Secret(32);
        var fault = Assert.Throws<ClientException>(() => ClientStore.Open(account.Folder.Database, other));
        Assert.Equal(ClientError.Store, fault.Error);
        Assert.Equal(CipherError.WrongKey, Assert.IsType<CipherException>(fault.InnerException).Error);
        Assert.Equal(ClientError.NotFound,
            Assert.Throws<ClientException>(() => ClientStore.Open(account.Folder.Database + "x", account.Key)).Error);
    }

    [Fact]
    public void A_full_disk_is_told_and_costs_nothing_that_was_committed()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "To mount a file system takes root.");
        using var account = new AccountOnDisk();
        var mountPoint = Directory.CreateDirectory(Path.Combine(account.Home, "disk")).FullName;
        using var holder = Process.Start(new ProcessStartInfo("unshare",
        [
            "--mount", "--propagation", "private", "sh", "-c",
            "mount -t tmpfs -o size=3m,mode=700 tmpfs \"$0\" && cp -a \"$1\" \"$0/anna\" && echo mounted && exec cat", mountPoint,
            account.Folder.Path,
        ])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        try
        {
            Assert.Equal("mounted", holder.StandardOutput.ReadLine());
            using var writer = account.StartScribe(
                Path.Combine(mountPoint, "anna"), "nsenter", "--mount", "--target", $"{holder.Id}");
            var said = "";
            var failed = "";
            while (writer.StandardOutput.ReadLine() is { } line)
            {
                said = line.StartsWith("committed ", StringComparison.Ordinal) ? line : said;
                failed = line.StartsWith("failed ", StringComparison.Ordinal) ? line : failed;
            }

            FluisterProgram.WaitForExit(writer);
            Assert.StartsWith("failed Store: ", failed, StringComparison.Ordinal);
            Assert.Contains("the disk is full", failed, StringComparison.Ordinal);

            // Once there is room again it goes on as it was: nobody repairs anything.
            var copy = AccountFolder.At(Path.Combine(account.Home, "copy"));
            using (var cp = Process.Start("cp", ["-a", $"/proc/{holder.Id}/root{mountPoint}/anna", copy.Path]))
            {
                FluisterProgram.WaitForExit(cp);
            }

            using var store = ClientStore.Open(copy.Database, account.Key);
            store.Verify();
            Assert.Equal(said, $"committed {store.Items.Number(StoreScribe.Steps)}");
            Assert.Equal(store.Items.Number(StoreScribe.Messages), store.Messages.Last(StoreScribe.Conversation, int.MaxValue).Count);
            store.Messages.Add(Message(1));
        }
        finally
        {
            holder.StandardInput.Close();
            FluisterProgram.WaitForExit(holder);
        }
    }

    private static StoredMessage Message(int i) => new()
    {
        Id = RowUuid.New(DateTimeOffset.FromUnixTimeMilliseconds(i)),
        ConversationId = StoreScribe.Conversation,
        Type = "incoming",
        Source = StoreScribe.Author,
        SentAt = i,
        ReceivedAt = i,
        Body = $"message {i} with some text in it",
    };
}
