using System.Security.Cryptography;
using System.Text.Json;

namespace Fluister.InteropTests.Official;

public sealed class OfficialPackageTests
{
    /// <summary>Schema generations of Signal Desktop at which something changed for a reader.</summary>
    public static TheoryData<int> Generations { get; } =
        [19, 20, 23, 45, 83, 88, 91, 1010, 1270, 1360, 1390, 1460, 1520, 1560, 1830];

    [Theory]
    [MemberData(nameof(Generations))]
    public void A_profile_of_every_generation_has_the_columns_of_its_time(int generation)
    {
        using var profile = OfficialPackage.MakeProfile(generation, "--messages", "200", "--media");
        var tables = OfficialPackage.Run("dump.mjs", ["--profile", profile.Path, "--key", profile.Key, "--tables"])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(table => table.GetProperty("table").GetString()!, StringComparer.Ordinal);
        var columns = tables["messages"].GetProperty("columns").EnumerateArray().Select(name => name.GetString()!).ToHashSet();

        Assert.Equal(generation >= 25, columns.Contains("rowid"));
        Assert.Equal(generation < 39, columns.Contains("unread"));
        Assert.Equal(generation is >= 20 and < 88, columns.Contains("sourceUuid"));
        Assert.Equal(generation >= 88, columns.Contains("sourceServiceId"));
        Assert.Equal(generation >= 45, columns.Contains("storyId"));
        Assert.Equal(generation >= 1270, columns.Contains("received_at_ms"));
        Assert.Equal(generation >= 1520, columns.Contains("hasUnreadPollVotes"));
        Assert.Equal(generation >= 45, tables.ContainsKey("reactions"));
        Assert.Equal(generation >= 89, tables.ContainsKey("callsHistory"));
        Assert.Equal(generation >= 1360, tables.ContainsKey("message_attachments"));
        Assert.Equal(generation >= 1560, tables.ContainsKey("pinnedMessages"));

        var rows = OfficialPackage.Dump(profile, "messages", "id").Select(Id).ToList();
        var expected = File.ReadLines(profile.ExpectedPath)
            .Where(line => JsonDocument.Parse(line).RootElement.GetProperty("record").ValueEquals("message"))
            .Select(Id)
            .ToList();
        Assert.Equal(rows, expected);
        Assert.True(rows.Count >= 200);
    }

    [Fact]
    public void The_same_seed_gives_the_same_rows()
    {
        using var one = OfficialPackage.MakeProfile(1830, "--messages", "150", "--seed", "7");
        using var same = OfficialPackage.MakeProfile(1830, "--messages", "150", "--seed", "7");
        using var other = OfficialPackage.MakeProfile(1830, "--messages", "150", "--seed", "8");
        Assert.Equal(OfficialPackage.Dump(one, "messages"), OfficialPackage.Dump(same, "messages"));
        Assert.Equal(File.ReadAllText(one.ExpectedPath), File.ReadAllText(same.ExpectedPath));
        Assert.NotEqual(OfficialPackage.Dump(one, "messages", "body"), OfficialPackage.Dump(other, "messages", "body"));
        Assert.NotEqual(one.Key, other.Key);
    }

    [Fact]
    public void Reading_leaves_the_profile_alone()
    {
        using var profile = OfficialPackage.MakeProfile(1830, "--messages", "150", "--no-wal-checkpoint");
        Assert.True(new FileInfo(profile.Database + "-wal").Length > 0);
        var before = Hashes(profile);
        Assert.NotEmpty(OfficialPackage.Dump(profile, "conversations"));
        OfficialPackage.Run("scan.mjs", ["--profile", profile.Path, "--key", profile.Key]);
        Assert.Equal(before, Hashes(profile));

        // The newest tenth is in the -wal alone.
        var whole = OfficialPackage.Dump(profile, "messages", "id").Count();
        File.Delete(profile.Database + "-wal");
        Assert.InRange(OfficialPackage.Dump(profile, "messages", "id").Count(), 1, whole - 15);
    }

    [Theory]
    [InlineData("legacy", true, null)]
    [InlineData("v10", false, "v10")]
    [InlineData("v11", false, "v11")]
    [InlineData("both", true, "v11")]
    public void The_configuration_holds_the_key_in_the_form_asked_for(string form, bool plain, string? prefix)
    {
        using var profile = OfficialPackage.MakeProfile(1830, "--messages", "5", "--plain-text-only", "--key-form", form);
        using var configuration = JsonDocument.Parse(File.ReadAllText(Path.Combine(profile.Path, "config.json")));
        Assert.Equal(plain, configuration.RootElement.TryGetProperty("key", out var key));
        Assert.Equal(plain ? profile.Key : null, plain ? key.GetString() : null);
        Assert.Equal(prefix is not null, configuration.RootElement.TryGetProperty("encryptedKey", out var sealedKey));
        if (prefix is not null)
        {
            Assert.Equal(prefix, System.Text.Encoding.ASCII.GetString(Convert.FromHexString(sealedKey.GetString()!)[..3]));
        }
    }

    [Fact]
    public void A_wrong_key_is_an_error_that_names_the_script()
    {
        using var profile = OfficialPackage.MakeProfile(1830, "--messages", "5", "--plain-text-only");
        var error = Assert.Throws<InvalidOperationException>(
            () => OfficialPackage.Run("dump.mjs", ["--profile", profile.Path, "--key", new string('0', 64)]));
        Assert.StartsWith("dump.mjs ended with", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_live_writer_keeps_its_promise_and_stops_when_asked()
    {
        using var profile = OfficialPackage.MakeProfile(1830, "--messages", "50", "--plain-text-only");
        using var writer = OfficialPackage.Start("live-writer.mjs", ["--profile", profile.Path, "--key", profile.Key, "--seconds", "60"]);
        Assert.Equal("ready", writer.StandardOutput.ReadLine());
        writer.StandardInput.Close();
        var said = writer.StandardOutput.ReadToEnd();
        Assert.True(writer.WaitForExit(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, writer.ExitCode);

        var live = OfficialPackage.Dump(profile, "messages", "body")
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("body").GetString())
            .Where(body => body?.StartsWith("live:", StringComparison.Ordinal) == true)
            .Select(body => long.Parse(body![5..]))
            .ToList();
        using var end = JsonDocument.Parse(said);
        Assert.Equal(end.RootElement.GetProperty("count").GetInt64(), live.Count);
        Assert.Equal(end.RootElement.GetProperty("sum").GetInt64(), live.Sum());
        var kept = OfficialPackage.Dump(profile, "items").Single(line => line.Contains("fluister_live", StringComparison.Ordinal));
        Assert.Contains($"\\\"count\\\":{live.Count},\\\"sum\\\":{live.Sum()}", kept, StringComparison.Ordinal);
    }

    private static string Id(string line) => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!;

    private static Dictionary<string, string> Hashes(OfficialProfile profile) => Directory
        .EnumerateFiles(profile.Path, "*", SearchOption.AllDirectories)
        .ToDictionary(path => path, path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))), StringComparer.Ordinal);
}
