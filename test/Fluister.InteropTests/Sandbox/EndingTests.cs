using Fluister.Engines;
using Fluister.Engines.Sandbox;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Sandbox;

/// <summary>An engine ends with Fluister, and not before.</summary>
public sealed class EndingTests
{
    private const string Echo = "print(input(), flush=True)";

    [Fact]
    public void A_killed_parent_leaves_no_process()
    {
        using var parent = new Parent("");
        Processes.WaitForOneWith(parent.Mark);

        parent.Kill();

        Processes.WaitForNoneWith(parent.Mark);
    }

    [Fact]
    public async Task The_end_of_the_thread_that_started_it_does_not_end_it()
    {
        Task<SandboxedProcess>? started = null;
        var number = 0;
        var thread = new Thread(() =>
        {
            number = Linux.ThreadId();
            started = Confined.StartAsync(Confined.Strict, Echo);
            started.Wait();
        });
        thread.Start();
        thread.Join();
        await using var process = await started!;
        while (Directory.Exists($"/proc/self/task/{number}"))
        {
            // The kernel's thread ends a little after the runtime's.
            await Task.Delay(10);
        }

        process.Stdin.Write("still here\n"u8);
        process.Stdin.Close();
        using var output = new StreamReader(process.Stdout);
        Assert.Equal("still here", await output.ReadLineAsync());
        Assert.Equal(0, await process.WaitAsync(CancellationToken.None));
    }

    [Fact]
    public async Task It_is_ended_by_a_word()
    {
        using var folder = new TemporaryFolder();
        var process = await Confined.StartAsync(Confined.Strict, Confined.Waiting, folder.Path);
        Assert.Null(process.ExitCode);
        process.Kill();
        Assert.Equal(128 + FluisterProgram.Kill, await process.WaitAsync(CancellationToken.None));
        Assert.Equal(128 + FluisterProgram.Kill, process.ExitCode);
        await process.DisposeAsync();

        await (await Confined.StartAsync(Confined.Strict, Confined.Waiting, folder.Path)).DisposeAsync();
        Assert.Empty(Processes.With(folder.Path));
    }

    [Fact]
    public async Task A_cancelled_start_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => SandboxedProcess.StartAsync(Confined.Strict, FluisterProgram.Path,
            Confined.Python, ["-c", Confined.Waiting, folder.Path], new Dictionary<string, string>(), cancelled));
        Assert.Empty(Processes.With(folder.Path));
    }

    /// <summary>The parent may end while its child is still on the way: the signal is asked for too late then.</summary>
    [Fact]
    public void A_parent_that_has_ended_already_is_noticed()
    {
        // Process 1 is nobody's parent here, as init is of those whose parent has ended.
        var ending = FluisterProgram.Run("unshare",
            ["--user", "--map-current-user", "--net", FluisterProgram.Path, "sandbox", "1", "--", Confined.Python, "-c", "print(1)"]);

        Assert.Equal(6, ending.Code);
        Assert.StartsWith(Enclosure.Refused, ending.Errors, StringComparison.Ordinal);
        Assert.Equal("", ending.Output);
    }

    [Fact]
    public async Task A_program_that_is_missing_is_named()
    {
        var e = await Assert.ThrowsAsync<EngineException>(() => SandboxedProcess.StartAsync(Confined.Strict, FluisterProgram.Path,
            "/usr/bin/no-such-engine", [], new Dictionary<string, string>(), CancellationToken.None));

        Assert.Equal(EngineError.NotFound, e.Error);
        Assert.Contains("/usr/bin/no-such-engine", e.Message, StringComparison.Ordinal);
    }
}
