using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>Nothing that a message, a name or a file's name holds reaches a disk, but where a person asked for it.</summary>
public sealed class NoPlainTextTests(CanaryProfile canary) : IClassFixture<CanaryProfile>
{
    private string Source => canary.Profile.Path;

    [Theory]
    [InlineData("archive list")]
    [InlineData("archive show Family --last 500")]
    [InlineData("archive search CANARYquetzal7431")]
    [InlineData("archive stats --json")]
    [InlineData("digest --since 2020-01-01")]
    [InlineData("archive export --format html")]
    [InlineData("archive export --format jsonl --include-disappearing")]
    public void A_command_that_prints_changes_no_file_and_opens_no_network(string command)
    {
        var before = canary.Profile.Hashes();
        var trace = Trace.Run([.. command.Split(' '), "--source", Source]);

        Assert.True(trace.Ending.Code == 0, trace.Ending.Errors);
        Assert.Contains("CANARY", trace.Ending.Output, StringComparison.Ordinal);
        Assert.True(trace.HasOpened(canary.Profile.Database), "strace saw nothing of the store: it would see nothing else either.");
        Assert.Empty(trace.Changed());
        Assert.DoesNotContain("CANARY", trace.Written(), StringComparison.Ordinal);
        Assert.DoesNotContain("AF_INET", trace.Sockets());
        Assert.DoesNotContain("AF_INET6", trace.Sockets());
        Assert.Equal(before, canary.Profile.Hashes());
    }

    [Fact]
    public void An_age_file_holds_no_plain_text_and_age_gives_it_back()
    {
        using var folder = new TemporaryFolder();
        FluisterProgram.Run("age-keygen", ["-o", folder.In("key")]);
        var recipient = FluisterProgram.Run("age-keygen", ["-y", folder.In("key")]).Output.Trim();
        var trace = Trace.Run("archive", "export", "--source", Source, "--out", folder.In("chats.age"), "--encrypt-to", recipient);

        Assert.True(trace.Ending.Code == 0, trace.Ending.Errors);
        Assert.All(trace.Changed(), path => Assert.Contains("chats.age", path, StringComparison.Ordinal));
        Assert.DoesNotContain("CANARY", trace.Written(), StringComparison.Ordinal);
        Assert.DoesNotContain("CANARY", File.ReadAllText(folder.In("chats.age"), System.Text.Encoding.Latin1), StringComparison.Ordinal);
        var opened = FluisterProgram.Run("age", ["-d", "-i", folder.In("key"), folder.In("chats.age")]).Output;
        Assert.Contains(CanaryProfile.Canary, opened, StringComparison.Ordinal);
        Assert.Contains(CanaryProfile.InFileName, opened, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.In("chats.age")));
    }

    [Fact]
    public void What_was_asked_for_in_plain_is_seen_by_the_same_search()
    {
        using var folder = new TemporaryFolder();
        var trace = Trace.Run("archive", "export", "--source", Source, "--out", folder.In("chats.jsonl"));

        Assert.True(trace.Ending.Code == 0, trace.Ending.Errors);
        Assert.Contains(CanaryProfile.Canary, trace.Written(), StringComparison.Ordinal);
        Assert.Contains(trace.Changed(), path => path.Contains("chats.jsonl.partial-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("archive list")]
    [InlineData("archive show {0}")]
    [InlineData("archive search next --limit 500")]
    [InlineData("archive stats")]
    [InlineData("digest --since 2020-01-01")]
    public void No_control_character_reaches_the_terminal(string command)
    {
        var words = command.Replace("{0}", "Family", StringComparison.Ordinal).Split(' ');
        var ending = FluisterProgram.Run([.. words, "--source", Source]);

        Assert.True(ending.Code == 0, ending.Errors);
        Assert.DoesNotContain(ending.Output + ending.Errors,
            c => (char.IsControl(c) && c != '\n') || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
    }

    [Theory]
    [InlineData("archive list --json")]
    [InlineData("archive show Family --json")]
    [InlineData("archive search next --json")]
    [InlineData("archive stats --json")]
    [InlineData("archive export")]
    public void Json_is_one_object_a_line(string command)
    {
        var ending = FluisterProgram.Run([.. command.Split(' '), "--source", Source]);

        Assert.True(ending.Code == 0, ending.Errors);
        Assert.EndsWith("\n", ending.Output, StringComparison.Ordinal);
        Assert.All(ending.Output.Split('\n')[..^1], line =>
        {
            using var parsed = System.Text.Json.JsonDocument.Parse(line);
            Assert.Equal(System.Text.Json.JsonValueKind.Object, parsed.RootElement.ValueKind);
        });
    }

    [Theory]
    [InlineData("--conversation Family", System.Text.Json.JsonValueKind.Object)]
    [InlineData("--words 20", System.Text.Json.JsonValueKind.Array)]
    public void A_digest_in_json_is_one_document(string options, System.Text.Json.JsonValueKind kind)
    {
        var ending = FluisterProgram.Run(["digest", "--since", "2020-01-01", "--json", "--source", Source, .. options.Split(' ')]);

        using var parsed = System.Text.Json.JsonDocument.Parse(ending.Output);
        Assert.Equal(kind, parsed.RootElement.ValueKind);
    }
}
