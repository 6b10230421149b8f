using Fluister.Engines.Sandbox;
using Fluister.InteropTests.Cli;

namespace Fluister.InteropTests.Sandbox;

/// <summary>Systems that allow less: the same program with limits on namespaces.</summary>
public sealed class RefusalTests
{
    private const string NoUserNamespaces = "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$@\"";
    private const string NoNamespaces = "echo 0 > /proc/sys/user/max_net_namespaces; " + NoUserNamespaces;

    private static readonly string[] Nested = ["unshare", "--user", "--map-root-user", "sh", "-c"];

    [Fact]
    public void Without_namespaces_nothing_starts()
    {
        var said = Say([.. Nested, NoNamespaces, "sh"], "", isRunning: false);

        Assert.StartsWith("NotAllowed: The engine cannot be kept from the network here (unshare: ", said, StringComparison.Ordinal);
        Assert.Contains("--allow-unconfined", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', said);
    }

    [Fact]
    public void Who_allows_it_goes_on_and_is_told()
    {
        var said = Say([.. Nested, NoNamespaces, "sh"], "allow", isRunning: true);

        Assert.Contains("NOT KEPT FROM THE NETWORK", said, StringComparison.Ordinal);
        Assert.Contains("unshare: ", said, StringComparison.Ordinal);
        Assert.Contains("no sockets", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Root_needs_no_user_namespace() =>
        Assert.Contains("no network: ", Say([.. Nested, NoUserNamespaces, "sh"], "", isRunning: true), StringComparison.Ordinal);

    [Fact]
    public void Where_there_is_no_network_none_needs_to_be_taken_away() => Assert.Contains("no network: ",
        Say(["unshare", "--net", "--user", "--map-root-user", "sh", "-c", NoNamespaces, "sh"], "", isRunning: true),
        StringComparison.Ordinal);

    /// <summary>A namespace that was to lead nowhere and does: the inside looks for itself.</summary>
    [Fact]
    public void A_namespace_that_leads_somewhere_is_noticed()
    {
        var ending = FluisterProgram.Run("sh", ["-c", "exec \"$0\" sandbox $PPID -- /bin/true", FluisterProgram.Path]);

        Assert.Equal(6, ending.Code);
        Assert.StartsWith($"{Enclosure.Refused}The engine's network namespace", ending.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("x", "--", "/bin/true")]
    [InlineData("1", "--")]
    [InlineData("1", "nonsense", "--", "/bin/true")]
    [InlineData("1", "memory=-1", "--", "/bin/true")]
    public void Not_meant_for_people(params string[] arguments)
    {
        var ending = FluisterProgram.Run(["sandbox", .. arguments]);
        Assert.True(ending.Code is 2 or 6, ending.Errors);
        Assert.StartsWith("fluister", ending.Errors, StringComparison.Ordinal);
        Assert.Equal("", ending.Output);
    }

    /// <summary>What a parent on such a system says; it is ended, and with it what it started.</summary>
    private static string Say(string[] below, string setting, bool isRunning)
    {
        using var parent = new Parent(setting, below);
        Assert.True(isRunning == parent.Said.Contains("no privileges", StringComparison.Ordinal), parent.Said);
        if (isRunning)
        {
            Processes.WaitForOneWith(parent.Mark);
        }
        else
        {
            Assert.Empty(Processes.With(parent.Mark));
        }

        parent.Kill();
        Processes.WaitForNoneWith(parent.Mark);
        return parent.Said;
    }
}
