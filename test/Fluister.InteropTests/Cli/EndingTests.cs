using Fluister.InteropTests.Official;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Cli;

/// <summary>However a run ends: nothing half-written, no memory on disk, a clear word and a code.</summary>
public sealed class EndingTests(EndingTests.LongProfile profile) : IClassFixture<EndingTests.LongProfile>
{
    public static TheoryData<string, int> Stops
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var target in (string[])["folder", "file.jsonl", "file.age"])
            {
                data.Add(target, FluisterProgram.Interrupt);
                data.Add(target, FluisterProgram.Terminate);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Stops))]
    public void A_stopped_export_leaves_nothing(string target, int signal)
    {
        using var folder = new TemporaryFolder();
        var (code, errors) = Stop(folder, target, signal);

        Assert.Equal(130, code);
        Assert.Equal("fluister: Cancelled; nothing was left half-written.\n", errors);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.In("out")));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("file.jsonl")]
    public void What_a_killed_export_left_is_removed_by_the_next(string target)
    {
        using var folder = new TemporaryFolder();
        Stop(folder, target, FluisterProgram.Kill);
        var left = Assert.Single(Directory.EnumerateFileSystemEntries(folder.In("out")));
        Assert.Contains($".{target}.partial-", left, StringComparison.Ordinal);

        var ending = FluisterProgram.Run([.. Export(folder, target), "--conversation", "Family"]);

        Assert.True(ending.Code == 0, ending.Errors);
        Assert.Equal(folder.In("out", target), Assert.Single(Directory.EnumerateFileSystemEntries(folder.In("out"))));
    }

    [Fact]
    public void Of_two_exports_to_one_file_one_is_told_and_the_other_is_whole()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("out"));
        using var first = FluisterProgram.Start(FluisterProgram.Path, Export(folder, "file.jsonl"));
        using var second = FluisterProgram.Start(FluisterProgram.Path, Export(folder, "file.jsonl"));
        var errors = first.StandardError.ReadToEnd() + second.StandardError.ReadToEnd();
        FluisterProgram.WaitForExit(first);
        FluisterProgram.WaitForExit(second);

        Assert.Equal([0, 6], new[] { first.ExitCode, second.ExitCode }.Order());
        Assert.Contains("--overwrite", errors, StringComparison.Ordinal);
        Assert.Equal(folder.In("out", "file.jsonl"), Assert.Single(Directory.EnumerateFileSystemEntries(folder.In("out"))));
        Assert.StartsWith("{\"end\":", File.ReadLines(folder.In("out", "file.jsonl")).Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("file.jsonl")]
    [InlineData("file.md")]
    public void A_full_disk_leaves_what_was_there_and_nothing_more(string target)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("out"));
        File.WriteAllText(folder.In("out", "file.jsonl"), "earlier");
        File.WriteAllText(folder.In("out", "file.md"), "earlier");

        // Files of 100 KiB at most; the signal of it is ignored, so that writes fail as on a full disk. The runtime maps a large file of no
        // disk at its start, unless told not to.
        var ending = FluisterProgram.Run("sh",
            [
                "-c", "trap '' XFSZ; export DOTNET_EnableWriteXorExecute=0; ulimit -f 200; exec \"$@\"", "sh",
                FluisterProgram.Path, .. Export(folder, target), "--overwrite",
            ]);

        ending.IsError(6);
        Assert.Equal(2, Directory.EnumerateFileSystemEntries(folder.In("out")).Count());
        Assert.Equal("earlier", File.ReadAllText(folder.In("out", "file.jsonl")));
        Assert.Equal("earlier", File.ReadAllText(folder.In("out", "file.md")));
    }

    [Theory]
    [InlineData("archive export")]
    [InlineData("archive export --format html")]
    [InlineData("archive list")]
    [InlineData("digest --since 2020-01-01")]
    public void A_full_output_is_told_and_a_closed_one_is_no_error(string command)
    {
        string[] arguments = [FluisterProgram.Path, .. command.Split(' '), "--source", profile.Profile.Path];
        FluisterProgram.Run("sh", ["-c", "exec \"$@\" >/dev/full", "sh", .. arguments]).IsError(6, "output", "No space left");
        var closed = FluisterProgram.Run("bash", ["-c", "\"$@\" | head -c 1; exit ${PIPESTATUS[0]}", "bash", .. arguments]);
        Assert.Equal(1, closed.Output.Length);
        Assert.True(closed.Code == 0, closed.Errors);
        Assert.DoesNotContain("   at ", closed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_is_dumped_by_neither_the_system_nor_the_runtime()
    {
        using var folder = new TemporaryFolder();
        using var view = FluisterProgram.Start("sh",
        [
            "-c",
            "cd \"$1\"; ulimit -c unlimited; export DOTNET_DbgEnableMiniDump=1 DOTNET_DbgMiniDumpType=2; "
                + "export DOTNET_DbgMiniDumpName=\"$1/dump\"; exec \"$2\" archive view --source \"$3\"",
            "sh", folder.Path, FluisterProgram.Path, profile.Profile.Path,
        ], leaveDiagnostics: true);
        Assert.StartsWith("Open this once: http://127.0.0.1:", view.StandardOutput.ReadLine(), StringComparison.Ordinal);
        var limits = File.ReadAllLines($"/proc/{view.Id}/limits")
            .Single(line => line.StartsWith("Max core file size", StringComparison.Ordinal));
        var ports = Directory.EnumerateFiles(Path.GetTempPath(), $"*-{view.Id}-*").ToList();

        // The runtime takes the first for a fault that will come again, and dies by the second.
        FluisterProgram.Signal(view.Id, FluisterProgram.Abort);
        if (!view.WaitForExit(1000))
        {
            FluisterProgram.Signal(view.Id, FluisterProgram.Abort);
            FluisterProgram.WaitForExit(view);
        }

        Assert.Matches(@"^Max core file size +0 +0 ", limits);
        Assert.Empty(ports);
        Assert.Equal(128 + FluisterProgram.Abort, view.ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private (int Code, string Errors) Stop(TemporaryFolder folder, string target, int signal)
    {
        Directory.CreateDirectory(folder.In("out"));
        using var export = FluisterProgram.Start(FluisterProgram.Path, Export(folder, target));
        var errors = FluisterProgram.Collect(export.StandardError);
        while (!Directory.EnumerateFiles(folder.In("out"), "*", SearchOption.AllDirectories).Any())
        {
            Assert.False(export.HasExited, "It ended before it began to write.");
            Thread.Sleep(2);
        }

        FluisterProgram.Signal(export.Id, signal);
        FluisterProgram.WaitForExit(export);
        return (export.ExitCode, errors());
    }

    private string[] Export(TemporaryFolder folder, string target) =>
    [
        "archive", "export", "--source", profile.Profile.Path, "--out", folder.In("out", target),
        .. (string[])(target switch
        {
            "folder" => ["--format", "md,html,jsonl"],
            "file.md" => ["--format", "md"],
            "file.age" => ["--encrypt-to", "age1varms6k2zdfu42euyfcql3hcmpqc0pd8kx4rueqxn3h65fstvpvq6cttxj"],
            _ => [],
        }),
    ];

    /// <summary>Long enough that a run can be stopped half-way.</summary>
    public sealed class LongProfile : IDisposable
    {
        internal OfficialProfile Profile { get; } =
            OfficialPackage.MakeProfile(1830, "--messages", "30000", "--plain-text-only", "--no-expected");

        public void Dispose() => Profile.Dispose();
    }
}
