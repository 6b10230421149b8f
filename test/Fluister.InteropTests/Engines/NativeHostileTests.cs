using System.Diagnostics;
using System.Text;
using Fluister.Engines;
using Fluister.Engines.Native;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>Bad models, little memory, and processes that die: each ends in words, and nothing stays behind.</summary>
public sealed class NativeHostileTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_no_model_is_told_as_such()
    {
        using var folder = new TemporaryFolder();
        var whole = await File.ReadAllBytesAsync(TestModels.Tiny(folder.Path), Stop);
        foreach (var (name, bytes) in ((string, byte[])[])[("text", "no model"u8.ToArray()), ("short", whole[..40000]), ("empty", [])])
        {
            var path = folder.In($"{name}.gguf");
            await File.WriteAllBytesAsync(path, bytes, Stop);

            var error = await Assert.ThrowsAsync<EngineException>(() => NativeRig.StartAsync(path));

            Assert.Equal(EngineError.BadModel, error.Error);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
        }

        var missing = await Assert.ThrowsAsync<EngineException>(() => NativeRig.StartAsync(folder.In("none.gguf")));
        Assert.Equal(EngineError.NotFound, missing.Error);
    }

    [Fact]
    public async Task A_model_changed_at_random_runs_or_is_refused_and_never_hangs()
    {
        using var folder = new TemporaryFolder();
        var whole = await File.ReadAllBytesAsync(TestModels.Tiny(folder.Path), Stop);
        var header = Encoding.Latin1.GetString(whole).IndexOf("output_norm.weight", StringComparison.Ordinal);
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 20; round++)
        {
            var changed = whole.ToArray();
            for (var i = 0; i < 3; i++)
            {
                changed[random.Next(round % 2 == 0 ? 400 : header)] = (byte)random.Next(256);
            }

            var path = folder.In($"changed-{round}.gguf");
            await File.WriteAllBytesAsync(path, changed, Stop);
            try
            {
                await using var engine = await NativeRig.StartAsync(path);
                await engine.CompleteAsync(NativeRig.Request("Say.", 5), null, Stop);
            }
            catch (EngineException e)
            {
                refused++;
                Assert.Contains(e.Error, (EngineError[])[EngineError.BadModel, EngineError.OutOfMemory, EngineError.ContextOverflow]);
            }
        }

        Assert.InRange(refused, 1, 20);
    }

    [Fact]
    public async Task Too_little_memory_is_told_in_figures()
    {
        using var folder = new TemporaryFolder();
        var options = NativeRig.Options(TestModels.Tiny(folder.Path));

        var model = await Assert.ThrowsAsync<EngineException>(() => NativeEngine.StartAsync(options with { MemoryLimit = 1 << 20 }, Stop));
        var context = await Assert.ThrowsAsync<EngineException>(
            () => NativeEngine.StartAsync(options with { MemoryLimit = 100 << 20, ContextTokens = 1_000_000 }, Stop));
        await using var fitted = await NativeEngine.StartAsync(options with { MemoryLimit = 37 << 20, ContextTokens = null }, Stop);

        Assert.Equal(EngineError.OutOfMemory, model.Error);
        Assert.Contains("there are 1 MiB", model.Message, StringComparison.Ordinal);
        Assert.Equal(EngineError.OutOfMemory, context.Error);
        Assert.Contains("1000000 tokens of context need", context.Message, StringComparison.Ordinal);
        Assert.Contains("there are 100 MiB", context.Message, StringComparison.Ordinal);
        Assert.InRange(fitted.Description.ContextTokens, 512, NativeEngineOptions.UsualContext - 1);
        Assert.NotEqual("", (await fitted.CompleteAsync(NativeRig.Request("Say.", 5), null, Stop)).Text);
    }

    [Fact]
    public async Task The_child_is_shut_in()
    {
        using var folder = new TemporaryFolder();
        await using var engine = await NativeRig.StartAsync(TestModels.Tiny(folder.Path));

        var status = await File.ReadAllTextAsync($"/proc/{engine.ProcessId}/status", Stop);

        Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
        Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        Assert.NotEqual(NetworkOf("self"), NetworkOf($"{engine.ProcessId}"));
        Assert.Contains("no network", engine.Description.Confinement, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_parent_leaves_no_child_even_one_that_stands_still()
    {
        using var folder = new TemporaryFolder();
        var model = TestModels.Tiny(folder.Path);
        int? child = null;
        for (var attempt = 0; attempt < 5 && child is null; attempt++)
        {
            using var parent = FluisterProgram.Start(FluisterProgram.Path, ["engine", "check", "--model", model]);
            while (child is null && !parent.HasExited)
            {
                child = Children(parent.Id).FirstOrDefault(id => CommandLine(id) == $"{FluisterProgram.Path}\0engine\0");
                child = child == 0 ? null : child;
            }

            if (child is { } found)
            {
                FluisterProgram.Signal(found, StopSignal);
            }

            FluisterProgram.Signal(parent.Id, FluisterProgram.Kill);
            FluisterProgram.WaitForExit(parent);
        }

        Assert.NotNull(child);
        Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{child}") || State(child.Value) == 'Z', Patience));
    }

    [Fact]
    public async Task A_child_whose_input_ends_ends_in_the_middle_of_its_work()
    {
        using var folder = new TemporaryFolder();
        var model = TestModels.Canned(folder.Path, "On and on it goes.", new() { IsEndless = true });
        var start = new ProcessStartInfo(FluisterProgram.Path, ["engine"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var child = Process.Start(start)!;
        await child.StandardInput.WriteAsync($$"""
            {"do":"open","id":1,"allowOther":false}
            {"do":"load","id":2,"model":"{{model}}","contextTokens":30000,"threads":1,"mostThreads":1,"gpuLayers":0,"memory":1000000000}
            {"do":"complete","id":3,"system":"","user":"?","maximumTokens":29000,"temperature":0,"seed":0}

            """);
        await child.StandardInput.FlushAsync(Stop);
        while (await child.StandardOutput.ReadLineAsync(Stop) is { } line && !line.Contains("\"text\"", StringComparison.Ordinal))
        {
            Assert.DoesNotContain("\"failed\"", line, StringComparison.Ordinal);
        }

        child.StandardInput.Close();
        var rest = await child.StandardOutput.ReadToEndAsync(Stop);

        Assert.True(child.WaitForExit(Patience));
        Assert.Equal(0, child.ExitCode);
        Assert.DoesNotContain("\"completed\"", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_that_is_told_nonsense_ends()
    {
        foreach (var line in (string[])["nonsense", "{\"do\":\"format\",\"id\":1}", "null"])
        {
            var start = new ProcessStartInfo(FluisterProgram.Path, ["engine"]) { RedirectStandardInput = true };
            using var child = Process.Start(start)!;
            await child.StandardInput.WriteLineAsync(line);
            await child.StandardInput.FlushAsync(Stop);

            Assert.True(child.WaitForExit(Patience), line);
            Assert.Equal(1, child.ExitCode);
        }
    }

    private const int StopSignal = 19;

    private static string? NetworkOf(string process) => File.ResolveLinkTarget($"/proc/{process}/ns/net", false)?.Name;

    private static IEnumerable<int> Children(int parent) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id > 0 && Field(id, 1) == $"{parent}");

    private static char State(int process) => Field(process, 0) is [var state] ? state : 'Z';

    /// <summary>proc_pid_stat(5), counted from behind the name.</summary>
    private static string Field(int process, int number)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ')[number];
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
