using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Fluister.Engines.Sandbox;

namespace Fluister.InteropTests.Sandbox;

/// <summary>Programs, processes and the kernel.</summary>
public sealed class CallTests
{
    private static string Here { get; } = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("os.execv('/bin/true', ['true'])")]
    [InlineData("os.execv('/usr/bin/python3', ['python3', '-c', ''])")]
    [InlineData("call(322, -100, ctypes.cast(b'/bin/true', ctypes.c_void_p).value, 0, 0, 0)")]
    [InlineData("os.fork()")]
    [InlineData("os.posix_spawn('/bin/true', ['true'], {})")]
    [InlineData("call(58)")]
    public async Task No_new_program_and_no_new_process(string attempt) =>
        Assert.Equal("EPERM", await Confined.TryAsync(Confined.Strict, attempt));

    [Fact]
    public async Task Programs_where_they_are_allowed()
    {
        var policy = Confined.Strict with { NewPrograms = true, ReadOnly = ["/usr/bin", "/bin"] };
        const string Attempt = """
            if os.spawnv(os.P_WAIT, "/bin/true", ["true"]) != 0:
                raise OSError(5, "")
            """;
        Assert.Equal("done", await Confined.TryAsync(policy, Attempt));
        Assert.Equal("EPERM", await Confined.TryAsync(policy, "call(56, 0x10000000 | 17, 0, 0, 0, 0)"));
        Assert.Equal("EPERM", await Confined.TryAsync(policy, "os.kill(int(sys.argv[1]), 0)", Here));
    }

    [Fact]
    public async Task Threads_are_allowed() => Assert.Equal("done", await Confined.TryAsync(Confined.Strict, """
        t = threading.Thread(target=print)
        t.start()
        t.join()
        """));

    [Theory]
    [InlineData("os.kill(int(sys.argv[1]), 0)")]
    [InlineData("os.kill(1, 0)")]
    [InlineData("os.kill(-1, 0)")]
    [InlineData("call(234, int(sys.argv[1]), int(sys.argv[1]), 0)")]
    [InlineData("call(200, int(sys.argv[1]), 0)")]
    [InlineData("call(302, int(sys.argv[1]), 0, 0, 0)")]
    [InlineData("call(101, 16, int(sys.argv[1]), 0, 0)")]
    [InlineData("call(310, int(sys.argv[1]), 0, 0, 0, 0, 0)")]
    [InlineData("call(157, 1, 0, 0, 0, 0)")]
    [InlineData("call(16, 0, 0x5412, 0)")]
    public async Task Nothing_is_done_to_other_processes_nor_to_its_bond_with_ours(string attempt) =>
        Assert.Equal("EPERM", await Confined.TryAsync(Confined.Strict, attempt, Here));

    [Theory]
    [InlineData("os.kill(os.getpid(), 0)")]
    [InlineData("call(302, 0, 7, 0, 0)")]
    [InlineData("call(302, os.getpid(), 7, 0, 0)")]
    [InlineData("call(157, 3, 0, 0, 0, 0)")]
    public async Task What_it_does_to_itself_is_its_own_affair(string attempt) =>
        Assert.Equal("done", await Confined.TryAsync(Confined.Strict, attempt));

    [Fact]
    public async Task Every_call_of_the_list_is_refused()
    {
        var calls = SystemCalls.Refused.Concat(SystemCalls.ByPath).Where(call => call.Number >= 0).ToList();
        var ending = await Confined.RunAsync(Confined.Strict, """
            import ctypes, errno, sys
            libc = ctypes.CDLL(None, use_errno=True)
            for number in sys.argv[1:]:
                result = libc.syscall(ctypes.c_long(int(number)), *[ctypes.c_long(-1)] * 6)
                print(result, errno.errorcode[ctypes.get_errno()])
            """, [.. calls.Select(call => call.Number.ToString(CultureInfo.InvariantCulture))]);

        var answers = calls.Zip(ending.Output.Split('\n'), (call, line) => $"{call.Name} {line}");
        Assert.Equal(calls.Select(call => $"{call.Name} -1 EPERM"), answers);
    }

    [Theory]
    [InlineData("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", Architecture.X64)]
    [InlineData("/usr/include/asm-generic/unistd.h", Architecture.Arm64)]
    public void Numbers_are_the_kernels(string header, Architecture architecture)
    {
        // linux-libc-dev; where it is older than a call, the number stays unproven here.
        var numbers = Regex.Matches(File.ReadAllText(header), @"^#define __NR(3264)?_(\w+)\s+(\d+)", RegexOptions.Multiline)
            .ToDictionary(match => match.Groups[2].Value, match => match.Groups[3].Value);
        var known = SystemCalls.All.Where(call => numbers.ContainsKey(call.Name)).ToList();

        Assert.All(known, call => Assert.Equal(int.Parse(numbers[call.Name], CultureInfo.InvariantCulture), call.For(architecture)));
        Assert.True(known.Count > SystemCalls.All.Count() * 3 / 4);
    }

    [Fact]
    public async Task Calls_of_another_architecture_are_refused()
    {
        // x32: getpid with its bit set. 32-bit: int 0x80 from code written by hand ends the process by SIGSYS.
        Assert.Equal("ENOSYS", await Confined.TryAsync(Confined.Strict, "call(0x40000000 | 39)"));
        var ending = await Confined.RunAsync(Confined.Strict, """
            import ctypes, mmap
            code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
            code.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
            address = ctypes.addressof(ctypes.c_char.from_buffer(code))
            print("called", ctypes.CFUNCTYPE(ctypes.c_int)(address)())
            """);
        Assert.Equal(128 + 31, ending.Code);
        Assert.Equal("", ending.Output);
    }

    /// <summary>An engine that has what it needs may give up more.</summary>
    [Fact]
    public void A_process_shuts_itself_in()
    {
        using var parent = new Parent("enter", "unshare", "--user", "--map-current-user", "--net");

        Assert.Collection(parent.Said.Split('\n'),
            words => Assert.StartsWith("no network: ", words, StringComparison.Ordinal),
            file => Assert.Equal(nameof(UnauthorizedAccessException), file),
            program => Assert.Equal(nameof(System.ComponentModel.Win32Exception), program),
            socket => Assert.Equal(nameof(System.Net.Sockets.SocketException), socket));
    }

    [Fact]
    public async Task Memory_has_a_limit()
    {
        const string Take = "b = bytearray(300 << 20)\nprint(len(b))";
        var limited = await Confined.RunAsync(Confined.Strict with { MemoryLimit = 200 << 20 }, Take);
        var free = await Confined.RunAsync(Confined.Strict, Take);

        Assert.Contains("MemoryError", limited.Errors, StringComparison.Ordinal);
        Assert.Equal(0, free.Code);
    }
}
