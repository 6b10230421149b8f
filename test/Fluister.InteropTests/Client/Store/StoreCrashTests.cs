using System.Globalization;
using Fluister.InteropTests.Cli;
using Fluister.SqlCipher;

namespace Fluister.InteropTests.Client.Store;

/// <summary>A process that writes is killed, again and again: what it said is on the disk is there, all of it or nothing of a transaction,
/// and never in plain.</summary>
public sealed class StoreCrashTests
{
    private const int Kills = 24;

    [Fact]
    public void Whenever_it_is_killed_what_was_committed_is_there_whole_and_encrypted()
    {
        using var account = new AccountOnDisk();
        var random = new Random(11);
        for (var round = 1; round <= Kills; round++)
        {
            var said = WriteAndKill(account, random);
            Assert.Empty(account.FilesWith(StoreScribe.Canary));
            Assert.Empty(Directory.EnumerateFileSystemEntries(account.Temporary));

            // The official package recovers the log by itself in its copy; we in place, in turn.
            if (round % 3 == 0)
            {
                Assert.Equal("ok", account.CheckOfficially());
            }

            using (var database = CipherStore.Open(account.Folder.Database, account.Key))
            {
                database.Verify();
            }

            using var store = account.Open();
            var steps = store.Items.Number(StoreScribe.Steps) ?? 0;
            Assert.InRange(steps, said, said + 1);
            var messages = store.Messages.Last(StoreScribe.Conversation, int.MaxValue);
            Assert.Equal(store.Items.Number(StoreScribe.Messages), messages.Count);
            Assert.All(messages, message => Assert.StartsWith(StoreScribe.Canary, message.Body, StringComparison.Ordinal));
        }

        Assert.Equal("ok", account.CheckOfficially());
    }

    private static long WriteAndKill(AccountOnDisk account, Random random)
    {
        using var writer = account.StartScribe();
        Assert.Equal("ready", writer.StandardOutput.ReadLine());
        var said = 0L;
        for (var lines = random.Next(1, 40); lines > 0; lines--)
        {
            said = Number(writer.StandardOutput.ReadLine());
        }

        // Anywhere within a transaction.
        Thread.SpinWait(random.Next(2_000_000));
        writer.Kill();
        FluisterProgram.WaitForExit(writer);
        while (writer.StandardOutput.ReadLine() is { } line)
        {
            said = line.StartsWith("committed ", StringComparison.Ordinal) ? Number(line) : said;
        }

        return said;
    }

    private static long Number(string? line)
    {
        Assert.StartsWith("committed ", line, StringComparison.Ordinal);
        return long.Parse(line!.AsSpan("committed ".Length), CultureInfo.InvariantCulture);
    }
}
