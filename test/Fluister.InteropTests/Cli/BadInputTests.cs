using System.Security.Cryptography;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>Whatever lies where a profile should: one line with the file, the cause and the next step, and the documented code.</summary>
public sealed class BadInputTests(CanaryProfile canary) : IClassFixture<CanaryProfile>
{
    [Theory]
    [InlineData("wrong key", 4)]
    [InlineData("tampered page", 5)]
    [InlineData("truncated to a page", 5)]
    [InlineData("not a database", 4)]
    [InlineData("empty database", 5)]
    [InlineData("folder as database", 3)]
    [InlineData("link to itself", 6)]
    [InlineData("no configuration", 3)]
    [InlineData("configuration is no JSON", 5)]
    [InlineData("configuration is an array", 5)]
    [InlineData("configuration with a strange key", 5)]
    [InlineData("configuration of 100 MB", 5)]
    public void Is_told(string fault, int code)
    {
        using var folder = new TemporaryFolder();
        var source = Copy(folder, fault);
        var ending = FluisterProgram.Run("archive", "export", "--no-keyring", "--source", source, "--out", folder.In("never.jsonl"));

        ending.IsError(code, source);
        Assert.DoesNotContain("CANARY", ending.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(canary.Profile.Key, ending.Errors, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder.Path), path => path.Contains("never", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--bogus", "archive list")]
    [InlineData("--format nonsense", "archive export")]
    [InlineData("--since whenever", "archive stats")]
    [InlineData("--last 0", "archive show Family")]
    [InlineData("--words -5", "digest")]
    [InlineData("--conversation Mum", "archive show Family")]
    [InlineData("-boat", "archive search")]
    [InlineData("--incremental", "archive export")]
    [InlineData("--incremental --out never.csv", "archive export")]
    [InlineData("--keep-deleted --out never", "archive export")]
    [InlineData("--media", "archive export")]
    [InlineData("--out never.age", "archive export")]
    [InlineData("", "archive")]
    public void A_wrong_command_line_is_told_on_standard_error(string options, string command) => FluisterProgram.Run(
        [
            .. command.Split(' '),
            .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            .. command == "archive" ? (string[])[] : ["--source", canary.Profile.Path],
        ]).IsError(2);

    [Theory]
    [InlineData("archive list")]
    [InlineData("archive show")]
    [InlineData("archive search")]
    [InlineData("archive stats")]
    [InlineData("archive view")]
    [InlineData("archive export")]
    [InlineData("digest")]
    public void Help_shows_an_example(string command)
    {
        var ending = FluisterProgram.Run([.. command.Split(' '), "--help"]);
        Assert.Equal(0, ending.Code);
        var introduction = ending.Output[..ending.Output.IndexOf("Usage:", StringComparison.Ordinal)];
        Assert.Contains($"    fluister {command}", introduction, StringComparison.Ordinal);
    }

    private string Copy(TemporaryFolder folder, string fault)
    {
        var source = folder.In("Signal");
        var database = folder.In("Signal", "sql", "db.sqlite");
        var config = folder.In("Signal", "config.json");
        Directory.CreateDirectory(folder.In("Signal", "sql"));
        File.Copy(canary.Profile.Database, database);
        File.Copy(Path.Combine(canary.Profile.Path, "config.json"), config);
        switch (fault)
        {
            case "wrong key":
                File.WriteAllText(config, $"{{\"key\":\"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}\"}}");
                break;
            case "tampered page":
                var bytes = File.ReadAllBytes(database);
                for (var page = 2; page < bytes.Length / 4096; page++)
                {
                    bytes[(page * 4096) + 77] ^= 1;
                }

                File.WriteAllBytes(database, bytes);
                break;
            case "truncated to a page":
                using (var file = File.OpenWrite(database))
                {
                    file.SetLength(4096);
                }

                break;
            case "not a database":
                File.WriteAllBytes(database, RandomNumberGenerator.GetBytes(100_000));
                break;
            case "empty database":
                File.WriteAllText(database, "");
                break;
            case "folder as database":
                File.Delete(database);
                Directory.CreateDirectory(database);
                break;
            case "link to itself":
                File.Delete(database);
                File.CreateSymbolicLink(database, database);
                break;
            case "no configuration":
                File.Delete(config);
                break;
            default:
                File.WriteAllText(config, fault switch
                {
                    "configuration is no JSON" => "{\"key\": CANARY",
                    "configuration is an array" => "[1, 2, \"CANARY\"]",
                    "configuration with a strange key" => "{\"key\":{\"CANARY\":1}}",
                    _ => "{\"key\":\"" + new string('a', 100_000_000) + "\"}",
                });
                break;
        }

        return source;
    }
}
