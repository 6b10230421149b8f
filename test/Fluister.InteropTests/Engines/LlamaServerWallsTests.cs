using System.Diagnostics;
using System.Globalization;
using System.Net;
using Fluister.Engines;
using Fluister.Engines.Endpoints;
using Fluister.Engines.LlamaServer;
using Fluister.InteropTests.Cli;
using Fluister.Tests.Engines;
using Fluister.Tests.Exports;

namespace Fluister.InteropTests.Engines;

/// <summary>Nobody but us reaches llama-server, it reaches nobody, and nothing of it stays behind.</summary>
public sealed class LlamaServerWallsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_listens_nowhere_but_on_a_socket_that_has_no_path_any_more()
    {
        await using var engine = await LlamaPrograms.StartAsync(TestModels.Tiny(_folder.Path));
        var net = $"/proc/{engine.ProcessId}/net/";
        foreach (var table in (string[])["tcp", "tcp6", "udp", "udp6", "raw", "raw6"])
        {
            Assert.Single(await File.ReadAllLinesAsync(net + table));
        }

        var sockets = await File.ReadAllLinesAsync(net + "unix");
        Assert.Single(sockets, line => line.Contains(engine.Socket.Folder, StringComparison.Ordinal));
        Assert.False(Directory.Exists(engine.Socket.Folder));
    }

    [Fact]
    public async Task Without_the_key_it_says_nothing()
    {
        await using var engine = await LlamaPrograms.StartAsync(TestModels.Tiny(_folder.Path));
        foreach (var key in (string?[])[null, "", new string('0', 64)])
        {
            using var channel = new HttpChannel(new Uri("http://localhost"), key, HttpChannel.Socket(engine.Socket.Path));
            foreach (var path in (string[])["/props", "/v1/models", "/metrics", "/slots"])
            {
                var refusal = await Assert.ThrowsAsync<HttpRefusal>(() =>
                    channel.AskAsync(path, body: null, Patience, CancellationToken.None));
                Assert.Equal(HttpStatusCode.Unauthorized, refusal.Status);
            }
        }
    }

    [Fact]
    public async Task Its_key_is_in_no_argument_and_no_environment()
    {
        await using var engine = await LlamaPrograms.StartAsync(TestModels.Tiny(_folder.Path));
        var arguments = (await File.ReadAllTextAsync($"/proc/{engine.ProcessId}/cmdline")).Split('\0');

        Assert.DoesNotContain(arguments, argument => argument.Length >= 32 && argument.All(char.IsAsciiHexDigit));
        Assert.Equal("HOME=/\0", await File.ReadAllTextAsync($"/proc/{engine.ProcessId}/environ"));
    }

    [Fact]
    public async Task Under_a_trace_it_opens_no_socket_but_its_own()
    {
        // strace becomes a child of what it looks at, so that everything else is as always.
        var traced = _folder.In("fluister");
        var trace = _folder.In("trace");
        await File.WriteAllTextAsync(traced, $"""
            #!/bin/sh
            exec strace -D -f -qq -e trace=%network,execve -o {trace} {FluisterProgram.Path} "$@"
            """);
        File.SetUnixFileMode(traced, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var options = LlamaPrograms.Options(TestModels.Canned(_folder.Path, "It says a thing or two.")) with { FluisterProgram = traced };
        await using (var engine = await LlamaServerEngine.StartAsync(options, CancellationToken.None))
        {
            var completion = await engine.CompleteAsync(LlamaPrograms.Ask("Well?"), onText: null, CancellationToken.None);
            Assert.Equal("It says a thing or two.", completion.Text);
        }

        // Before that it is fluister, which shuts itself in.
        var calls = (await File.ReadAllLinesAsync(trace)).SkipWhile(call => !call.Contains($"execve(\"{LlamaPrograms.Server}\"")).ToList();
        Assert.Contains(calls, call => call.Contains("bind(") && call.Contains("AF_UNIX"));
        Assert.DoesNotContain(calls, call => call.Contains("AF_INET", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, call => call.Contains("connect(", StringComparison.Ordinal));
        Assert.All(calls.Where(call => call.Contains(" socket(", StringComparison.Ordinal)),
            call => Assert.Contains("AF_UNIX", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Under_a_trace_fluister_opens_no_internet_socket_to_ask_it()
    {
        var trace = _folder.In("trace");
        var start = new ProcessStartInfo("strace", ["-f", "-qq", "-e", "trace=%network", "-o", trace, FluisterProgram.Path, "--version"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.Model] = TestModels.Canned(_folder.Path, "It says a thing or two.");
        start.Environment[StartupHook.Server] = LlamaPrograms.Server;
        start.Environment[StartupHook.Question] = "Well?";
        using var fluister = Process.Start(start)!;
        Assert.Equal("It says a thing or two.", await fluister.StandardOutput.ReadLineAsync());
        await fluister.WaitForExitAsync();

        var calls = await File.ReadAllLinesAsync(trace);
        Assert.Contains(calls, call => call.Contains("connect(") && call.Contains("/proc/self/fd/"));
        Assert.DoesNotContain(calls, call => call.Contains("AF_INET"));
    }

    [Fact]
    public async Task Its_parent_killed_it_is_gone_and_so_is_its_socket()
    {
        var start = new ProcessStartInfo(FluisterProgram.Path, ["--version"]) { RedirectStandardOutput = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        start.Environment[StartupHook.Model] = TestModels.Tiny(_folder.Path);
        start.Environment[StartupHook.Server] = LlamaPrograms.Server;
        using var parent = Process.Start(start)!;
        var words = (await parent.StandardOutput.ReadLineAsync() ?? "").Split(' ', 2);
        var server = int.Parse(words[0], CultureInfo.InvariantCulture);
        Assert.Equal("llama-server", (await File.ReadAllTextAsync($"/proc/{server}/comm")).Trim());

        parent.Kill();
        await parent.WaitForExitAsync();
        await GoneAsync(server);

        Assert.False(Directory.Exists(words[1]));
    }

    [Fact]
    public async Task Disposed_it_is_gone()
    {
        var engine = await LlamaPrograms.StartAsync(TestModels.Tiny(_folder.Path));
        var (server, path) = (engine.ProcessId, engine.Socket.Path);
        await engine.DisposeAsync();
        await GoneAsync(server);

        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Its_folder_is_for_its_owner_and_a_short_path()
    {
        using var folder = ServerFolder.Create([_folder.Path]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.Path));
        Assert.StartsWith(_folder.Path, folder.Path, StringComparison.Ordinal);
        Assert.EndsWith(".sock", folder.Socket, StringComparison.Ordinal);

        var deep = Directory.CreateDirectory(_folder.In(new string('d', 90))).FullName;
        using var other = ServerFolder.Create([deep, _folder.Path]);
        Assert.InRange(other.Socket.Length, 1, 107);
        var error = Assert.Throws<EngineException>(() => ServerFolder.Create([deep]));
        Assert.Equal(EngineError.NotAllowed, error.Error);
    }

    [Fact]
    public void What_one_left_who_was_killed_the_next_removes_and_nothing_else()
    {
        using var live = ServerFolder.Create([_folder.Path]);
        var left = Made("left", "lock", "engine.sock");
        var foreign = Made("foreign", "lock");
        File.SetUnixFileMode(foreign, (UnixFileMode)0b111_101_101);
        var young = Made("young");
        var full = Made("full", "lock", "letter.txt");
        var link = Directory.CreateSymbolicLink(_folder.In(ServerFolder.Prefix + "link"), Made("aim", "lock", "letter.txt")).FullName;

        using var next = ServerFolder.Create([_folder.Path]);

        Assert.False(Directory.Exists(left));
        Assert.All((string[])[live.Path, foreign, young, full, link, next.Path], folder => Assert.True(Directory.Exists(folder), folder));
        Assert.True(File.Exists(Path.Combine(full, "letter.txt")));
    }

    private static async Task GoneAsync(int process)
    {
        for (var waited = Stopwatch.StartNew(); Directory.Exists($"/proc/{process}"); await Task.Delay(10))
        {
            Assert.True(waited.Elapsed < Patience, "It is still there.");
        }
    }

    private string Made(string name, params string[] files)
    {
        var folder = Directory.CreateDirectory(_folder.In(ServerFolder.Prefix + name),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
        foreach (var file in files)
        {
            File.WriteAllText(Path.Combine(folder, file), "");
        }

        return folder;
    }
}
