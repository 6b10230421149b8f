using System.Diagnostics;
using Fluister.Server.Operations;

namespace Fluister.ServerTests.Operations;

/// <summary>What docs/SERVER.md says of the server is so.</summary>
public sealed class DocumentTests
{
    [Fact]
    public async Task Every_request_and_method_that_is_served_is_told_and_no_other()
    {
        await using var server = new TestServer();
        var lines = await File.ReadAllLinesAsync(Repository.Find("docs", "SERVER.md"), TestContext.Current.CancellationToken);
        var told = lines.Where(line => line.StartsWith("| `", StringComparison.Ordinal)).ToList();
        var requests = told.Select(line => line.Split('`')[1]).Where(name => name.Contains(" /", StringComparison.Ordinal));
        var operations = new[] { "GET /.well-known/fluister", "GET /version", "GET /health/live", "GET /health/ready" };
        var served = server.Home.Router.Routes.Select(route => $"{route.Verb} {route.Template}").Union(operations)
            .Where(name => !name.Contains("/storageService/", StringComparison.Ordinal));
        Assert.Equal(served.Order(StringComparer.Ordinal), requests.Order(StringComparer.Ordinal));
        foreach (var method in server.Home.Calls.Methods.Select(method => method.Path.Split('.', '/')))
        {
            Assert.Contains(told, line => line.StartsWith($"| `{method[^2]}` |", StringComparison.Ordinal)
                && line.Contains($"`{method[^1]}`", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task The_systemd_unit_leaves_little_exposed()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd is not here.");
        var unit = Repository.Find("deploy", "fluister-server.service");
        string[] arguments = ["security", "--offline=true", "--no-pager", "--threshold=13", unit];
        using var analysis = Process.Start(new ProcessStartInfo("systemd-analyze", arguments) { RedirectStandardOutput = true })!;
        var said = await analysis.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await analysis.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(analysis.ExitCode == 0, said);
        var exit = typeof(ExitCode).GetFields().ToDictionary(code => code.Name, code => (int)code.GetRawConstantValue()!);
        var final = (await File.ReadAllLinesAsync(unit, TestContext.Current.CancellationToken))
            .Single(line => line.StartsWith("RestartPreventExitStatus=", StringComparison.Ordinal))
            .Split('=')[1].Split(' ').Select(int.Parse);
        Assert.Equal(
            [exit["Usage"], exit["NotFound"], exit["Damaged"], exit["Denied"], exit["Unsupported"]], final);
    }
}
