using System.Globalization;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Sandbox;

/// <summary>Files: what was named, and no other.</summary>
public sealed class FileTests
{
    private const string Read = "open(sys.argv[1]).read()";
    private const string Write = "open(sys.argv[1], 'w').write('x')";

    [Fact]
    public async Task Only_what_was_named_is_read()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.In("model"), "weights");
        await File.WriteAllTextAsync(folder.In("private"), "words");
        Directory.CreateDirectory(folder.In("library"));
        File.CreateSymbolicLink(folder.In("library", "link"), folder.In("private"));
        File.CreateSymbolicLink(folder.In("alias"), folder.In("model"));
        var policy = Confined.Strict with { ReadOnly = [folder.In("model"), folder.In("library"), folder.In("missing")] };

        Assert.Equal("done", await Confined.TryAsync(policy, Read, folder.In("model")));
        Assert.Equal("done", await Confined.TryAsync(policy, Read, folder.In("alias")));
        Assert.Equal("done", await Confined.TryAsync(policy, "os.listdir(sys.argv[1])", folder.In("library")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, Read, folder.In("private")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, Read, folder.In("library", "link")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, Read, $"/proc/self/root{folder.In("private")}"));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, "os.listdir(sys.argv[1])", folder.Path));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, Read, "/etc/passwd"));
    }

    [Fact]
    public async Task Nothing_is_written_but_where_it_was_allowed()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.In("open"));
        await File.WriteAllTextAsync(folder.In("model"), "weights");
        await File.WriteAllTextAsync(folder.In("open", "there"), "old");
        var policy = Confined.Strict with { ReadOnly = [folder.Path], Writable = [folder.In("open")] };

        Assert.Equal("done", await Confined.TryAsync(policy, Write, folder.In("open", "new")));
        Assert.Equal("done", await Confined.TryAsync(policy, "os.unlink(sys.argv[1])", folder.In("open", "there")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, Write, folder.In("model")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, Write, folder.In("new")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, "os.unlink(sys.argv[1])", folder.In("model")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, "os.mkdir(sys.argv[1])", folder.In("folder")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, "os.mkfifo(sys.argv[1])", folder.In("open", "pipe")));
        Assert.Equal("EACCES", await Confined.TryAsync(policy, Write, "/proc/self/oom_score_adj"));
        Assert.Equal("weights", await File.ReadAllTextAsync(folder.In("model")));
        Assert.Equal(["model", "open", "open/new"], folder.Entries());
    }

    /// <summary>What Landlock does not cover, in all its versions or in some: the person's own files would lie open to it.</summary>
    [Theory]
    [InlineData("os.truncate(sys.argv[1], 0)")]
    [InlineData("os.open(sys.argv[1], os.O_RDONLY | os.O_TRUNC)")]
    [InlineData("os.open(sys.argv[1], 3)")]
    [InlineData("os.open(sys.argv[1], 3 | os.O_TRUNC)")]
    [InlineData("os.chmod(sys.argv[1], 0o777)")]
    [InlineData("os.chown(sys.argv[1], -1, -1)")]
    [InlineData("os.utime(sys.argv[1], (0, 0))")]
    [InlineData("os.setxattr(sys.argv[1], 'user.mark', b'x')")]
    [InlineData("os.removexattr(sys.argv[1], 'user.mark')")]
    public async Task Files_are_not_changed_by_their_path(string attempt)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.In("private"), "words");
        var mode = File.GetUnixFileMode(folder.In("private"));

        Assert.Equal("EPERM", await Confined.TryAsync(Confined.Strict with { ReadOnly = [folder.Path] }, attempt, folder.In("private")));
        Assert.Equal("words", await File.ReadAllTextAsync(folder.In("private")));
        Assert.Equal(mode, File.GetUnixFileMode(folder.In("private")));
    }

    [Theory]
    [InlineData("mem")]
    [InlineData("environ")]
    [InlineData("maps")]
    [InlineData("cmdline")]
    public async Task Processes_here_are_not_looked_into(string file) => Assert.Equal("EACCES", await Confined.TryAsync(
        Confined.Strict,
        "open(sys.argv[1], 'rb').read(1)",
        string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/{file}")));

    [Fact]
    public async Task Nothing_of_ours_comes_with_it()
    {
        using var folder = new TemporaryFolder();
        Environment.SetEnvironmentVariable("FLUISTER_TEST_SECRET", "here");
        // Not closed on exec, as a careless library would open it.
        using var handle = File.OpenHandle("/etc/passwd");
        Assert.Equal(0, fcntl((int)handle.DangerousGetHandle(), 2, 0));

        var ending = await Confined.RunAsync(Confined.Strict, """
            import os
            print(sorted(os.environ), os.getcwd(), os.getsid(0) == os.getpid())
            def is_open(number):
                try:
                    return bool(os.fstat(number))
                except OSError:
                    return False
            print([n for n in range(1024) if is_open(n)])
            print([line.split()[1] for line in open("/proc/self/status") if line.startswith(("Cap", "NoNewPrivs", "Seccomp:"))])
            print([line.split()[-3:-1] for line in open("/proc/self/limits") if "core file" in line or "open files" in line])
            """);

        Assert.True(ending.Code == 0, ending.Errors);
        Assert.Equal(
            """
            ['LC_CTYPE'] / True
            [0, 1, 2]
            ['0000000000000000', '0000000000000000', '0000000000000000', '0000000000000000', '0000000000000000', '1', '2']
            [['0', '0'], ['1024', '1024']]
            """, ending.Output.TrimEnd());
    }

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern int fcntl(int file, int command, int argument);
}
