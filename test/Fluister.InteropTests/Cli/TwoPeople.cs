using System.Diagnostics;
using System.Text.Json.Nodes;
using Fluister.InteropTests.Server;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>A home server, and Ada and Ben, who registered with it by the program's own commands.</summary>
public sealed class TwoPeople : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public TwoPeople()
    {
        Server = new ServerProcess();
        foreach (var name in (string[])["Ada", "Ben"])
        {
            var registered = Run(
                "account", "register", Server.InviteLink(), "--profile-name", name, "--key-file", In($"{name}.key"), "--json");
            Assert.True(registered.Code == 0, registered.Errors);
        }

        Ada = Id("ada");
        Ben = Id("ben");
    }

    internal ServerProcess Server { get; }

    internal string Ada { get; }

    internal string Ben { get; }

    public void Dispose()
    {
        Server.Dispose();
        _home.Dispose();
    }

    internal string In(string name) => _home.In(name);

    internal Ending Run(params string[] arguments) => RunAt(_home.Path, arguments);

    internal static Ending RunAt(string home, params string[] arguments) =>
        FluisterProgram.Run("env", [$"FLUISTER_HOME={home}", FluisterProgram.Path, .. arguments]);

    /// <summary>Runs it with something on standard input.</summary>
    internal Ending Typed(string typed, params string[] arguments) => FluisterProgram.Run("sh",
        [
            "-c", "typed=$1; shift; printf %b \"$typed\" | \"$@\"", "sh", typed, "env", $"FLUISTER_HOME={_home.Path}", FluisterProgram.Path,
            .. arguments,
        ]);

    internal Process Start(params string[] arguments) =>
        FluisterProgram.Start("env", [$"FLUISTER_HOME={_home.Path}", FluisterProgram.Path, .. arguments]);

    /// <summary>What waits for an account, as JSON.</summary>
    internal List<JsonNode> Receive(string account)
    {
        var received = Run("receive", "--json", "--account", account);
        Assert.True(received.Code == 0, received.Errors);
        return [.. received.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["envelope"]!)];
    }

    /// <summary>Sends, and gives the timestamp.</summary>
    internal string Send(params string[] arguments)
    {
        var sent = Run(["send", .. arguments]);
        Assert.True(sent.Code == 0, sent.Errors);
        Assert.Equal("", sent.Errors);
        return sent.Output.TrimEnd();
    }

    internal string Id(string account) =>
        JsonNode.Parse(Run("account", "show", "--account", account, "--json").Output)!["uuid"]!.GetValue<string>();
}
