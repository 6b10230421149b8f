using Fluister.NotForking;
using Fluister.NotForking.Upstreams;

namespace Fluister.NotForkingTests.Upstreams;

/// <summary>How other programs are run.</summary>
public sealed class ProgramRunTests
{
    [Fact]
    public void Arguments_reach_a_program_as_they_are() =>
        Assert.Equal("a b|$(x)|*||", new ProgramRun("printf", "%s|", "a b", "$(x)", "*", "").Text());

    [Fact]
    public void What_it_reads_and_its_environment_are_given()
    {
        var run = new ProgramRun("sh", "-c", "cat; echo $ONE-$HOME; pwd")
        {
            Folder = "/",
            Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ONE"] = "1", ["HOME"] = null },
        };
        Assert.Equal("in1-\n/\n", run.Reading("in").Text());
    }

    [Fact]
    public void A_failure_says_what_the_program_wrote()
    {
        var run = new ProgramRun("sh", "-c", "echo out; echo the reason >&2; exit 3") { FailsAs = ExitCode.Verification };
        var refused = Assert.Throws<NotForkException>(() => run.Output());
        Assert.Equal(ExitCode.Verification, refused.Code);
        Assert.Contains("code 3: the reason", refused.Message, StringComparison.Ordinal);
        Assert.Equal(3, run.Result().Code);
    }

    [Fact]
    public void What_is_not_installed_is_named() => Assert.Contains(
        "\"no-such-program\"", Assert.Throws<NotForkException>(() => new ProgramRun("no-such-program").Output()).Message,
        StringComparison.Ordinal);

    [Fact]
    public void What_runs_for_too_long_is_ended_with_all_it_started()
    {
        using var folder = new ScratchFolder();
        var run = new ProgramRun("sh", "-c", $"sleep 1000 & echo $! > {folder.Path("child")}; wait") { Limit = TimeSpan.FromSeconds(1) };
        Assert.Contains("did not end", Assert.Throws<NotForkException>(() => run.Output()).Message, StringComparison.Ordinal);
        var child = $"/proc/{File.ReadAllText(folder.Path("child")).Trim()}/stat";
        Assert.True(SpinWait.SpinUntil(
            () => !File.Exists(child) || File.ReadAllText(child).Split(' ')[2] is "Z" or "X", TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void A_program_that_does_not_read_is_no_failure() =>
        Assert.Equal("x\n", new ProgramRun("echo", "x") { Input = new byte[1 << 20] }.Text());
}
