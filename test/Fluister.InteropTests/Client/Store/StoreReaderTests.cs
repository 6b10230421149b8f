using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.InteropTests.Cli;
using Fluister.InteropTests.Official;

namespace Fluister.InteropTests.Client.Store;

/// <summary>Readers of Signal Desktop's stores read an account's store, also while it is open.</summary>
public sealed class StoreReaderTests
{
    // Tables of Signal Desktop's whose rows are the protocol's, or of things that this program does not have.
    private static readonly string[] s_others =
        ["preKeys", "chatFolders", "jobs", "storyReads", "storyDistributions", "storyDistributionMembers"];

    [Fact]
    public void Tables_and_columns_are_those_of_Signal_Desktops_generation()
    {
        using var account = new AccountOnDisk();
        using var profile = OfficialPackage.MakeProfile(1830, "--messages", "10");
        var theirs = Tables(profile.Path, profile.Key);
        var ours = Tables(account.Folder.Path, account.HexKey);
        foreach (var (table, columns) in theirs.Where(table => !s_others.Contains(table.Key)))
        {
            Assert.Equal($"{table}: {columns}", $"{table}: {ours.GetValueOrDefault(table)}");
        }
    }

    [Fact]
    public void The_official_package_reads_the_rows_back()
    {
        using var account = new AccountOnDisk();
        using var store = account.Open();
        var texts = AccountSample.Write(store, account.Folder);
        Assert.Equal("ok", account.CheckOfficially());
        var rows = account.DumpOfficially("messages", "type,body,sent_at,sourceServiceId,readStatus,hasAttachments,expireTimer");
        var read = rows.Select(row => JsonDocument.Parse(row).RootElement).ToList();
        Assert.Equal([.. texts, "a note to myself"], read.Select(row => row.GetProperty("body").GetString()).OfType<string>());
        Assert.Equal(AccountSample.Noon + 2000, read[1].GetProperty("sent_at").GetInt64());
        Assert.Equal(AccountSample.Bert.ToString(), read[1].GetProperty("sourceServiceId").GetString());
        Assert.Equal([0, 1], read.Where(row => row.GetProperty("body").GetString() is "with a file" or "not read yet")
            .Select(row => row.GetProperty("readStatus").GetInt32()));
        Assert.Contains(
            "notes.txt", Assert.Single(account.DumpOfficially("message_attachments", "fileName,localKey")), StringComparison.Ordinal);
        Assert.Contains("🎉", Assert.Single(account.DumpOfficially("reactions", "emoji")), StringComparison.Ordinal);
        Assert.Equal(2, account.DumpOfficially("edited_messages", "sentAt").Count);
    }

    [Fact]
    public void The_archive_reads_every_kind_while_the_client_writes()
    {
        using var account = new AccountOnDisk();
        using var store = account.Open();
        AccountSample.Write(store, account.Folder);
        using var archive = SignalDesktopArchive.Open(
            account.Folder.Path, new SignalDesktopOptions { Keys = new KeyOptions { Key = account.Key } });
        Assert.Equal(AccountSample.Anna.ToString(), archive.Self.ServiceId);
        Assert.Equal(["Bert Brecht", "Note to Self"], archive.Conversations.Select(conversation => conversation.Name));
        var everything = new Selection { IncludeDisappearing = true, IncludeViewOnce = true };
        var messages = archive.Read(everything, MessageOrder.Stored).ToList();
        Assert.Equal(9, messages.Count);
        Assert.True(messages[0].Sender!.IsSelf);
        Assert.Equal("Shall we meet at noon?", messages[1].Quote!.Text);
        Assert.Equal(("🎉", true), (messages[1].Reactions[0].Emoji, messages[1].Reactions[0].Sender!.IsSelf));
        Assert.Equal("cold words", Assert.Single(messages[2].Edits).Body);
        Assert.Equal(BodyStyle.Bold, Assert.Single(messages[2].Ranges).Style);
        using (var reader = new StreamReader(archive.OpenAttachment(Assert.Single(messages[3].Attachments))!))
        {
            Assert.Equal(AccountSample.FileText, reader.ReadToEnd());
        }

        Assert.Equal("Tea or coffee?", messages[4].Poll!.Question);
        Assert.True(messages[5].IsErased);
        Assert.Equal(3600, messages[6].ExpireTimer);
        Assert.True(messages[7].IsUnread);

        store.Messages.Remove(messages[0].Id);
        Assert.Equal(9, archive.Read(everything, MessageOrder.Stored).Count());
        archive.Refresh();
        Assert.Equal(8, archive.Read(everything, MessageOrder.Stored).Count());
    }

    [Fact]
    public void The_program_lists_searches_and_digests_an_account_by_its_name()
    {
        using var account = new AccountOnDisk();
        using var store = account.Open();
        AccountSample.Write(store, account.Folder);
        Ending Run(params string[] arguments) =>
            FluisterProgram.Run("env", [$"FLUISTER_HOME={account.Home}", FluisterProgram.Path, .. arguments, "--account", "anna"]);
        var list = Run("archive", "list");
        Assert.Equal((0, ""), (list.Code, list.Errors));
        Assert.Contains("Bert Brecht", list.Output, StringComparison.Ordinal);
        Assert.Contains("at the café", Run("archive", "search", "café").Output, StringComparison.Ordinal);
        Assert.Contains("Bert Brecht", Run("digest", "--since", "2026-01-01").Output, StringComparison.Ordinal);
        Assert.Contains("There are: anna.",
            FluisterProgram.Run("env", [$"FLUISTER_HOME={account.Home}", FluisterProgram.Path, "archive", "list", "--account", "x"]).Errors,
            StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Tables(string profile, string key) =>
        OfficialPackage.Run("dump.mjs", ["--profile", profile, "--key", key, "--tables"])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(
                table => table.GetProperty("table").GetString()!,
                table => string.Join(' ', table.GetProperty("columns").EnumerateArray().Select(column => column.GetString())));
}
