using System.Text.Json.Nodes;
using Fluister.Server.Operations;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Operations;

/// <summary>fluister-server peer, as an operator runs it.</summary>
public sealed class PeerProgramTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private string Ours => _temporary["ours"];

    private string Theirs => _temporary["theirs"];

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task A_peer_is_added_from_a_file_changed_and_forgotten()
    {
        await SetUpAsync();
        var file = await DescribeAsync();
        Assert.Contains("adds this server too", (await RunAsync(0, "peer", "add", file)).Output);
        Assert.Contains("no news", (await RunAsync(0, "peer", "add", file)).Output);
        Assert.Contains("later descriptor", (await RunAsync(0, "peer", "add", await DescribeAsync())).Output);
        Assert.Contains("older than one that was seen", (await RunAsync(11, "peer", "add", file)).Errors);
        Assert.Equal("theirs.example allow", await ListedAsync());
        await RunAsync(0, "peer", "set", "theirs.example", "quarantine");
        Assert.Equal("theirs.example quarantine", await ListedAsync());
        Assert.Contains("allow, limit, quarantine or block", (await RunAsync(2, "peer", "set", "theirs.example", "trust")).Errors);
        await RunAsync(3, "peer", "set", "nobody.example", "allow");
        await RunAsync(0, "peer", "remove", new DataFolder(Theirs).ReadIdentity().Tag.ToString());
        Assert.Equal("", await ListedAsync());
    }

    [Fact]
    public async Task What_is_not_to_be_trusted_is_not_added()
    {
        await SetUpAsync();
        var file = await DescribeAsync();
        var zeros = new string('0', 64);
        Assert.Contains("another fingerprint", (await RunAsync(11, "peer", "add", file, "--fingerprint", zeros)).Errors);
        Assert.Contains("this server itself", (await RunAsync(2, "peer", "add", await DescribeAsync(Ours))).Errors);
        await File.WriteAllTextAsync(_temporary["nothing"], "nothing", TestContext.Current.CancellationToken);
        Assert.Contains("no server's descriptor", (await RunAsync(5, "peer", "add", _temporary["nothing"])).Errors);
        var signed = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
        signed["signature"] = Convert.ToBase64String(new byte[64]);
        await File.WriteAllTextAsync(_temporary["forged"], signed.ToJsonString(), TestContext.Current.CancellationToken);
        Assert.Contains("not signed with the key", (await RunAsync(11, "peer", "add", _temporary["forged"])).Errors);
        Assert.Contains("is not reached", (await RunAsync(12, "peer", "add", "localhost:1")).Errors);
        Assert.Contains("no domain", (await RunAsync(2, "peer", "add", "not a name")).Errors);
        Assert.Equal("", await ListedAsync());
    }

    [Fact]
    public async Task Two_running_servers_add_each_other_by_link_and_by_name_and_the_doctor_hears_that_they_answer()
    {
        await SetUpAsync();
        var (running, port) = await ServerProgram.ServeAsync(Theirs);
        using var theirs = running;
        try
        {
            var fingerprint = Fingerprint.Of(new DataFolder(Theirs).ReadIdentity().Genesis.Public);
            var (_, shown, _) = await ServerProgram.RunAsync("peer", "show", "--data", Theirs);
            Assert.Contains(fingerprint, shown);
            var link = shown.Split('\n').Single(line => line.StartsWith("Link", StringComparison.Ordinal)).Split(' ')[^1];
            var here = link.Replace("theirs.example:8443", $"localhost:{port}");
            Assert.Contains("Added theirs.example", (await RunAsync(0, "peer", "add", here)).Output);
            var again = await RunAsync(0, "peer", "add", $"localhost:{port}", "--fingerprint", fingerprint);
            Assert.Contains("no news", again.Output);
        }
        finally
        {
            running.Kill();
        }
    }

    [Fact]
    public async Task The_doctor_says_which_peer_does_not_answer_and_why()
    {
        await SetUpAsync();
        await RunAsync(0, "peer", "add", await DescribeAsync());
        var ailing = await FindingAsync();
        Assert.Contains("does not answer", ailing.Told);
        Assert.Contains("is not reached", ailing.Remedy);
        await RunAsync(0, "peer", "set", "theirs.example", "block");
        var blocked = await FindingAsync();
        Assert.Equal(("is in the state block", null), (blocked.Told, blocked.Remedy));
    }

    private async Task<Finding> FindingAsync()
    {
        var folder = new DataFolder(Ours);
        var findings = await PeerFindings.ExamineAsync(
            folder, folder.ReadOptions(), DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        return Assert.Single(findings, finding => finding.Subject == "peer theirs.example");
    }

    private async Task SetUpAsync()
    {
        await ServerProgram.RunAsync("quickstart", "ours.example", "--data", Ours);
        await ServerProgram.RunAsync("quickstart", "theirs.example", "--data", Theirs);
    }

    private async Task<string> DescribeAsync(string? folder = null)
    {
        var (code, output, errors) = await ServerProgram.RunAsync("descriptor", "--data", folder ?? Theirs);
        Assert.True(code == 0, errors);
        var file = _temporary[$"{Guid.NewGuid():n}.json"];
        await File.WriteAllTextAsync(file, output, TestContext.Current.CancellationToken);
        return file;
    }

    private async Task<(string Output, string Errors)> RunAsync(int code, params string[] arguments)
    {
        var (ended, output, errors) = await ServerProgram.RunAsync([.. arguments, "--data", Ours]);
        Assert.True(code == ended, $"{ended}: {output}{errors}");
        return (output, errors);
    }

    private async Task<string> ListedAsync()
    {
        var (output, _) = await RunAsync(0, "peer", "list", "--json");
        return output.Length == 0 ? "" : JsonNode.Parse(output) is { } peer ? $"{peer["domain"]} {peer["state"]}" : "";
    }
}
