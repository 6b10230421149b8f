using System.Text.Json.Nodes;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>Two people at their command lines.</summary>
public sealed class TwoPeopleTests(TwoPeople people) : IClassFixture<TwoPeople>
{
    [Fact]
    public void What_one_sends_the_other_receives()
    {
        people.Receive("ben");
        File.WriteAllText(people.In("map.svg"), "<svg/>");
        var first = people.Send(people.Ben, "**Hi** Ben", "--markdown", "--file", people.In("map.svg"), "--account", "ada");
        var edited = people.Send(people.Ben, "--edit", first, "Hello Ben", "--account", "ada");
        people.Send(people.Ben, "--react", "👍", "--to-message", first, "--author", "self", "--account", "ada");
        var poll = people.Send(people.Ben, "--poll", "When?", "--option", "now", "--option", "never", "--account", "ada");
        people.Send(people.Ben, "--delete", poll, "--account", "ada");

        var received = people.Receive("ben");

        var data = received.Select(envelope => envelope["dataMessage"]).Where(message => message is not null).ToList();
        Assert.All(received, envelope => Assert.Equal(people.Ada, Text(envelope, "sourceUuid")));
        Assert.Equal("Hi Ben", Text(data[0], "message"));
        Assert.Equal("BOLD", Text(data[0]!["textStyles"]![0], "style"));
        Assert.Equal("map.svg", Text(data[0]!["attachments"]![0], "filename"));
        Assert.Equal(first, data[0]!["timestamp"]!.ToString());
        var edit = received.Single(envelope => envelope["editMessage"] is not null);
        Assert.Equal((first, edited), (edit["editMessage"]!["targetSentTimestamp"]!.ToString(), edit["timestamp"]!.ToString()));
        Assert.Equal("👍", Text(data[1]!["reaction"], "emoji"));
        Assert.Equal("When?", Text(data[2]!["pollCreate"], "question"));
        Assert.Equal(poll, data[3]!["remoteDelete"]!["timestamp"]!.ToString());
        Assert.Empty(people.Receive("ben"));
    }

    [Fact]
    public void Pipes_compose_and_files_come_out_as_they_went_in()
    {
        // Files of a stranger are not fetched: Ada has to have written first.
        Assert.Equal(0, people.Run("send", people.Ben, "Send me the data.", "--account", "ada").Code);
        people.Receive("ada");
        var bytes = Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7)).ToArray();
        File.WriteAllBytes(people.In("data.bin"), bytes);
        var typed = people.Typed("one\\ntwo\\n", "send", people.Ada, "-", "--file", people.In("data.bin"), "--account", "ben");
        Assert.True(typed.Code == 0, typed.Errors);

        var received = people.Run("receive", "--attachments", people.In("files"), "--account", "ada");

        Assert.Contains(": one two [data.bin]", received.Output, StringComparison.Ordinal);
        Assert.Contains("Written: ", received.Errors, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(people.In("files/data.bin")));
    }

    [Fact]
    public void A_conversation_goes_by_lines_where_there_is_no_terminal()
    {
        people.Receive("ben");
        var talked = people.Typed(
            "Good morning\\n/edit Good *evening*\\n/bogus\\n/delete #99\\n/quit\\nnever\\n", "chat", people.Ben, "--account", "ada");
        Assert.True(talked.Code == 0, talked.Errors);
        Assert.Contains("There is no /bogus", talked.Output, StringComparison.Ordinal);
        Assert.Contains("There is no message #99", talked.Output, StringComparison.Ordinal);

        var heard = people.Receive("ben");

        Assert.Equal("Good morning", Text(heard.Select(one => one["dataMessage"]).Single(one => one?["message"] is not null), "message"));
        var edit = heard.Single(one => one["editMessage"] is not null)["editMessage"]!["dataMessage"];
        Assert.Equal("Good evening", Text(edit, "message"));
        Assert.Equal("ITALIC", Text(edit!["textStyles"]![0], "style"));
        var shown = people.Run("chat", people.Ada, "--last", "1", "--account", "ben");
        Assert.Contains(": Good evening", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_programs_cannot_have_one_account_open()
    {
        using var follower = people.Start("receive", "--follow", "--account", "ben");
        var text = people.Send(people.Ben, "Are you there?", "--account", "ada");
        while (follower.StandardOutput.ReadLine() is { } line && !line.EndsWith($"[{text}]", StringComparison.Ordinal))
        {
        }

        var second = people.Run("send", people.Ada, "Yes", "--account", "ben");
        var listed = people.Run("archive", "list", "--account", "ben");

        // The process that was started became the program: the id stayed.
        FluisterProgram.Signal(follower.Id, FluisterProgram.Interrupt);
        FluisterProgram.WaitForExit(follower);
        Assert.Equal(0, follower.ExitCode);
        second.IsError(13, "Another program has account \"ben\" open");
        Assert.True(listed.Code == 0 && listed.Output.Contains("Ada", StringComparison.Ordinal), listed.Errors);
        people.Send(people.Ada, "Yes", "--account", "ben");
    }

    [Fact]
    public void Another_computer_becomes_a_device_of_the_account()
    {
        using var elsewhere = new TemporaryFolder();
        var server = people.Server.InviteLink().Split('#')[0];
        string[] link = ["account", "link", server, "--name", "ada", "--device-name", "Desk", "--key-file", elsewhere.In("key"), "--json"];
        using var linking = FluisterProgram.Start("env", [$"FLUISTER_HOME={elsewhere.Path}", FluisterProgram.Path, .. link]);
        var url = Text(JsonNode.Parse(linking.StandardOutput.ReadLine()!), "deviceLinkUri")!;
        Assert.StartsWith("sgnl://linkdevice?", url, StringComparison.Ordinal);

        var added = people.Run("account", "add-device", url, "--account", "ada");

        Assert.True(added.Code == 0, added.Errors);
        var linked = JsonNode.Parse(linking.StandardOutput.ReadToEnd())!;
        FluisterProgram.WaitForExit(linking);
        Assert.Equal((0, people.Ada), (linking.ExitCode, Text(linked, "uuid")));
        Assert.Contains("Desk", people.Run("account", "devices", "--account", "ada").Output, StringComparison.Ordinal);
        people.Send(people.Ben, "from the first", "--account", "ada");
        var synced = TwoPeople.RunAt(elsewhere.Path, "receive");
        Assert.Contains(": from the first  [", synced.Output, StringComparison.Ordinal);

        var number = linked["deviceId"]!.ToString();
        Assert.Equal(0, people.Run("account", "devices", "--remove", number, "--account", "ada").Code);
        TwoPeople.RunAt(elsewhere.Path, "receive").IsError(10);
    }

    [Fact]
    public void A_backup_becomes_the_account_again()
    {
        using var elsewhere = new TemporaryFolder();
        File.WriteAllText(elsewhere.In("pass"), "correct horse");
        File.WriteAllText(elsewhere.In("other"), "battery staple");
        var backup = elsewhere.In("ada.fluister");

        var written = people.Run("account", "backup", backup, "--backup-passphrase-file", elsewhere.In("pass"), "--account", "ada");

        Assert.True(written.Code == 0, written.Errors);
        TwoPeople.RunAt(elsewhere.Path, "account", "restore", backup, "--backup-passphrase-file", elsewhere.In("other"),
            "--key-file", elsewhere.In("key")).IsError(4);
        var restored = TwoPeople.RunAt(elsewhere.Path, "account", "restore", backup, "--backup-passphrase-file", elsewhere.In("pass"),
            "--key-file", elsewhere.In("key"));
        Assert.True(restored.Code == 0, restored.Errors);
        Assert.Equal(
            people.Run("archive", "list", "--account", "ada").Output,
            TwoPeople.RunAt(elsewhere.Path, "archive", "list", "--account", "ada").Output);
        Assert.Equal(0, TwoPeople.RunAt(elsewhere.Path, "account", "export-key", "--out", elsewhere.In("store.key")).Code);
        Assert.Equal(65, new FileInfo(elsewhere.In("store.key")).Length);
    }

    [Fact]
    public void A_passphrase_guards_an_account_and_its_name_guards_its_end()
    {
        File.WriteAllText(people.In("pass"), "correct horse\n");
        File.WriteAllText(people.In("other"), "battery staple\n");
        var printed = $"An invite for you:\\n  Link   {people.Server.InviteLink()}\\n";
        var registered = people.Typed(printed, "account", "register", "-", "--name", "cas", "--passphrase-file", people.In("pass"));
        Assert.True(registered.Code == 0, registered.Errors);
        people.Run("account", "show", "--account", "cas").IsError(4, "--passphrase-file");
        people.Run("account", "show", "--account", "cas", "--passphrase-file", people.In("other")).IsError(4, "does not open");

        var refused = people.Typed("main\\n", "account", "delete", "--account", "cas", "--passphrase-file", people.In("pass"));
        Assert.Equal(2, refused.Code);
        Assert.Contains("nothing was deleted", refused.Errors, StringComparison.Ordinal);

        var deleted = people.Typed("cas\\n", "account", "delete", "--account", "cas", "--passphrase-file", people.In("pass"));
        Assert.True(deleted.Code == 0, deleted.Errors);
        Assert.Equal(["ada", "ben"], people.Run("account", "list").Output.TrimEnd().Split('\n').Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void People_are_verified_blocked_and_named()
    {
        people.Send(people.Ben, "first", "--account", "ada");
        people.Receive("ben");
        var number = Contact("ben", people.Ada)["safetyNumber"]!.GetValue<string>();
        Assert.Equal(number, Contact("ada", people.Ben)["safetyNumber"]!.GetValue<string>());
        var other = number[..59] + (char)(number[59] == '9' ? '0' : number[59] + 1);

        people.Run("contact", "verify", people.Ada, "--number", other, "--account", "ben").IsError(11, "differ");
        people.Run("contact", "verify", people.Ada, "--number", number[..30], "--account", "ben").IsError(2, "60 digits");
        var spoken = string.Join(' ', number.Chunk(5).Select(group => new string(group)));
        Assert.Equal(0, people.Run("contact", "verify", people.Ada, "--number", spoken, "--account", "ben").Code);
        Assert.Equal(0, people.Run("contact", "add", people.Ada, "--name", "Ada from the club", "--account", "ben").Code);
        Assert.True(Contact("ben", "Ada from the club")["isVerified"]!.GetValue<bool>());

        Assert.Equal(0, people.Run("contact", "block", "Ada from the club", "--account", "ben").Code);
        people.Send(people.Ben, "unheard", "--account", "ada");
        Assert.DoesNotContain(people.Receive("ben"), one => one["dataMessage"] is not null);
        Assert.Equal(0, people.Run("contact", "unblock", people.Ada, "--account", "ben").Code);
        people.Send(people.Ben, "heard", "--account", "ada");
        Assert.Contains(people.Receive("ben"), one => one["dataMessage"]?["message"]?.ToString() == "heard");
    }

    [Fact]
    public void What_cannot_leave_is_kept_and_leaves_later()
    {
        people.Receive("ben");
        people.Server.Pause();
        Ending kept;
        try
        {
            kept = people.Run("send", people.Ben, "patience", "--timeout", "1", "--account", "ada");
        }
        finally
        {
            people.Server.Resume();
        }

        Assert.Equal(9, kept.Code);
        Assert.Contains("It is kept", kept.Errors, StringComparison.Ordinal);
        people.Receive("ada");
        var came = Assert.Single(people.Receive("ben"), one => one["dataMessage"] is not null);
        Assert.Equal(kept.Output.TrimEnd(), came["timestamp"]!.ToString());
    }

    [Fact]
    public void A_recipient_or_a_message_that_nobody_knows_is_told()
    {
        people.Run("send", "Zacharias", "Hi", "--account", "ada").IsError(3, "Nobody of that name");
        people.Run("send", people.Ben, "Hi", "--edit", "5", "--account", "ada").IsError(3, "no such message");
    }

    private JsonNode Contact(string account, string who) =>
        JsonNode.Parse(people.Run("contact", "show", who, "--json", "--account", account).Output)!;

    private static string? Text(JsonNode? node, string name) => node?[name]?.GetValue<string>();
}
