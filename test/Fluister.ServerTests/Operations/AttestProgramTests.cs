using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fluister.Server.Operations;
using Fluister.ServerTests.Federation;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Operations;

/// <summary>What the program says of its build, and fluister-server attest, as rebuilders and operators run it.</summary>
public sealed class AttestProgramTests : IDisposable
{
    private static readonly string Tree = new('a', 40);
    private readonly TemporaryFolder _temporary = new();
    private readonly Rebuilder _rebuilder = new();

    private string Data => _temporary["data"];

    public void Dispose()
    {
        _rebuilder.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task The_program_its_descriptor_and_the_running_server_state_one_build()
    {
        await RunAsync(0, "quickstart", "--data", Data);
        var stated = (await RunAsync(0, "--version")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToDictionary(line => line[..13].Trim(), line => line[13..]);
        var sdk = JsonNode.Parse(await File.ReadAllTextAsync(Repository.Find("global.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal((string)sdk["sdk"]!["version"]!, stated["SDK"]);
        Assert.Equal(ProgramBuild.Own.ToldTree, stated["Source tree"]);
        Assert.True(BuildAttestation.IsBuild(stated["Build"]));
        Assert.Equal(stated["Build"], (await DescribeAsync()).Build);
        var (process, port) = await ServerProgram.ServeAsync(Data);
        using var running = process;
        try
        {
            using var client = ProgramTests.Client(Data);
            var told = JsonNode.Parse(await client.GetStringAsync(
                new Uri($"https://localhost:{port}/version"), TestContext.Current.CancellationToken))!;
            Assert.Equal(
                (stated["Version"], ProgramBuild.Own.SourceTree, stated["Build"], stated["SDK"]),
                ((string)told["version"]!, (string?)told["sourceTree"], (string)told["build"]!, (string)told["sdk"]!));
        }
        finally
        {
            running.Kill();
        }
    }

    [Fact]
    public void A_builds_hash_is_that_of_its_folder_as_sha256sum_makes_it()
    {
        Directory.CreateDirectory(_temporary["build/b"]);
        File.WriteAllText(_temporary["build/b/c"], "2\n");
        File.WriteAllText(_temporary["build/a"], "1\n");
        File.WriteAllText(_temporary["build/b-c"], "");
        File.CreateSymbolicLink(_temporary["build/link"], _temporary["build/a"]);
        const string Pipe = "cd \"$0\" && find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum";
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", Pipe, _temporary["build"]]) { RedirectStandardOutput = true })!;
        Assert.Equal(shell.StandardOutput.ReadToEnd().Split(' ')[0], ProgramBuild.HashOf(_temporary["build"]));
    }

    [Fact]
    public async Task What_a_rebuilder_signs_is_published_by_the_server_with_that_build()
    {
        await RunAsync(0, "quickstart", "--data", Data);
        var before = await DescribeAsync();
        var own = await SignAsync("own", before.Build!);
        var next = await SignAsync("next", new string('c', 64));
        var added = (await RunAsync(0, "attest", "add", own, next, own, "--data", Data)).Output.Split('\n');
        var key = Convert.ToBase64String(_rebuilder.Public);
        Assert.StartsWith($"{key}  source tree {Tree}  until 20", added[0]);
        Assert.EndsWith("this build", added[0]);
        Assert.EndsWith("other builds", added[1]);
        Assert.True(BitConverter.ToInt64(await File.ReadAllBytesAsync(
            new DataFolder(Data).Sequence, TestContext.Current.CancellationToken)) > before.Sequence);
        var (_, listed, _) = await RunAsync(0, "attest", "list", "--json", "--data", Data);
        var entries = listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal([true, false], entries.Select(entry => (bool)entry["isOwn"]!).OrderDescending());
        Assert.All(entries, entry => Assert.Equal(key, (string)entry["rebuilder"]!));
        Assert.True(Assert.Single((await DescribeAsync()).Attestations!).Read()!.Attests(before.Build));
        await RunAsync(3, "attest", "remove", "AAAA", "--data", Data);
        await RunAsync(0, "attest", "remove", key, "--data", Data);
        Assert.Null((await DescribeAsync()).Attestations);
    }

    [Fact]
    public async Task What_is_no_attestation_or_has_expired_is_not_added()
    {
        await RunAsync(0, "quickstart", "--data", Data);
        var good = await SignAsync("good", new string('c', 64));
        var json = JsonNode.Parse(await File.ReadAllTextAsync(good, TestContext.Current.CancellationToken))!;
        json["signature"] = Convert.ToBase64String(new byte[64]);
        Assert.Contains("not signed with the key", (await AddAsync(5, json.ToJsonString())).Errors);
        Assert.Contains("is no attestation", (await AddAsync(5, "{}")).Errors);
        var late = await SignAsync("late", new string('c', 64), DateTimeOffset.UtcNow.AddSeconds(-1));
        Assert.Contains("has expired", (await RunAsync(6, "attest", "add", good, late, "--data", Data)).Errors);
        Assert.False(File.Exists(new DataFolder(Data).Attestations));
    }

    [Theory]
    [InlineData("\"rebuilders\": [\"AAAA\"]")]
    [InlineData("\"rebuilders\": [null]")]
    [InlineData("\"rebuilders\": [\" KEY\"]")]
    [InlineData("\"rebuildersNeeded\": 1")]
    [InlineData("\"rebuilders\": [\"KEY\"], \"rebuildersNeeded\": 2")]
    [InlineData("\"rebuilders\": [\"KEY\"], \"rebuildersNeeded\": -1")]
    [InlineData("\"rebuilders\": [\"KEY\", \"KEY\"]")]
    public void Settings_that_no_peer_can_meet_or_that_count_one_twice_are_refused(string settings) =>
        Assert.Contains("\"rebuilders", Assert.Throws<OperationException>(() => ReadSettings(settings)).Message);

    [Fact]
    public void Rebuilders_are_keys() =>
        Assert.Equal(1, ReadSettings("\"rebuilders\": [\"KEY\"], \"rebuildersNeeded\": 1").RebuildersNeeded);

    private ServerOptions ReadSettings(string settings) =>
        OptionsFile.Read($"{{{settings.Replace("KEY", Convert.ToBase64String(_rebuilder.Public))}}}", "server.json");

    private async Task<string> SignAsync(string name, string build, DateTimeOffset? expires = null)
    {
        var end = BuildStatementJson.Write(expires ?? DateTimeOffset.UtcNow.AddDays(100));
        var signed = _rebuilder.Sign(new BuildStatementJson(1, BuildAttestation.Name, Tree, [new("fluister-server", build)], end));
        var json = JsonSerializer.SerializeToUtf8Bytes(signed, DescriptorJsonContext.Default.BuildAttestation);
        await File.WriteAllBytesAsync(_temporary[name], json, TestContext.Current.CancellationToken);
        return _temporary[name];
    }

    private async Task<(int Code, string Output, string Errors)> AddAsync(int code, string text)
    {
        await File.WriteAllTextAsync(_temporary["given"], text, TestContext.Current.CancellationToken);
        return await RunAsync(code, "attest", "add", _temporary["given"], "--data", Data);
    }

    private async Task<DescriptorJson> DescribeAsync()
    {
        var (_, plain, _) = await RunAsync(0, "descriptor", "--plain", "--data", Data);
        return JsonSerializer.Deserialize(plain, DescriptorJsonContext.Default.DescriptorJson)!;
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(int code, params string[] arguments)
    {
        var ended = await ServerProgram.RunAsync(arguments);
        Assert.True(ended.Code == code, $"{ended.Code}: {ended.Output}{ended.Errors}");
        return ended;
    }
}
