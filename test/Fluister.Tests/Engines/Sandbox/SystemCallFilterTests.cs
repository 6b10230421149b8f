using System.Runtime.InteropServices;
using Fluister.Engines.Sandbox;

namespace Fluister.Tests.Engines.Sandbox;

/// <summary>What the filter answers on both architectures, by a machine for its programs (seccomp(2), bpf(4)). The kernel's own answers are
/// in the tests with real processes.</summary>
public sealed class SystemCallFilterTests
{
    private const uint Allow = 0x7FFF0000;
    private const uint Kill = 0x80000000;
    private const uint NotPermitted = 0x00050001;
    private const uint NoSuchCall = 0x00050026;
    private const int Self = 4711;
    private const ulong Path = 0x2345_6789_ABCD;

    public static TheoryData<Architecture> Architectures => [Architecture.X64, Architecture.Arm64];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Refuses_every_call_of_the_list(Architecture architecture) =>
        Assert.All(SystemCalls.Refused.Concat(SystemCalls.ByPath).Where(call => call.For(architecture) >= 0), call =>
        {
            Assert.Equal(NotPermitted, Ask(architecture, new(), call));
            Assert.Equal(NotPermitted, Ask(architecture, new() { Network = true, NewPrograms = true }, call));
        });

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Lets_one_program_pass_by_its_address(Architecture architecture)
    {
        Assert.Equal(Allow, Ask(architecture, new(), SystemCalls.Execve, Path));
        Assert.Equal(NotPermitted, Ask(architecture, new(), SystemCalls.Execve, Path + 1));
        Assert.Equal(NotPermitted, Ask(architecture, new(), SystemCalls.Execve, Path + 0x1_0000_0000));
        Assert.Equal(NotPermitted, Ask(architecture, new(), SystemCalls.Execveat, Path));
        Assert.Equal(Allow, Ask(architecture, new() { NewPrograms = true }, SystemCalls.Execve));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Knows_threads_from_processes(Architecture architecture)
    {
        const ulong Thread = 0x3D0F00, Fork = 17, Namespace = 0x10000011;
        Assert.Equal(Allow, Ask(architecture, new(), SystemCalls.Clone, Thread));
        Assert.Equal(NotPermitted, Ask(architecture, new(), SystemCalls.Clone, Fork));
        Assert.Equal(Allow, Ask(architecture, new() { NewPrograms = true }, SystemCalls.Clone, Fork));
        Assert.Equal(NotPermitted, Ask(architecture, new() { NewPrograms = true }, SystemCalls.Clone, Namespace));
        Assert.Equal(NoSuchCall, Ask(architecture, new(), SystemCalls.Clone3));
        Assert.Equal(NoSuchCall, Ask(architecture, new() { NewPrograms = true }, SystemCalls.Clone3));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Signals_reach_itself_only(Architecture architecture) => Assert.All([.. SystemCalls.Signals, SystemCalls.Prlimit], call =>
    {
        Assert.Equal(Allow, Ask(architecture, new(), call, Self));
        Assert.Equal(NotPermitted, Ask(architecture, new(), call, 1));
        Assert.Equal(NotPermitted, Ask(architecture, new(), call, ulong.MaxValue));
    });

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Sockets_by_policy(Architecture architecture)
    {
        const ulong Unix = 1, Internet = 2, Stream = 0x80001, Datagram = 2;
        var listening = new SandboxPolicy { Writable = ["/"] };
        Assert.All([SystemCalls.Socket, SystemCalls.SocketPair], call =>
        {
            Assert.Equal(NotPermitted, Ask(architecture, new(), call, Unix, Stream));
            Assert.Equal(Allow, Ask(architecture, listening, call, Unix, Stream));
            Assert.Equal(NotPermitted, Ask(architecture, listening, call, Unix, Datagram));
            Assert.Equal(NotPermitted, Ask(architecture, listening, call, Internet, Stream));
            Assert.Equal(Allow, Ask(architecture, new() { Network = true }, call, Internet, Stream));
        });
        Assert.Equal(NotPermitted, Ask(architecture, listening, SystemCalls.Connect));
        Assert.Equal(Allow, Ask(architecture, new() { Network = true }, SystemCalls.Connect));
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Files_are_opened_to_read_or_to_write(Architecture architecture)
    {
        const ulong Folder = 100, Truncate = 0x200, Create = 0x40;
        Assert.All((ulong[])[0, 1, 2, Truncate | 1, Truncate | 2, Create | 2], flags =>
            Assert.Equal(Allow, Ask(architecture, new(), SystemCalls.OpenAt, Folder, 0, flags)));
        Assert.All((ulong[])[3, Truncate, Truncate | 3, Truncate | Create], flags =>
            Assert.Equal(NotPermitted, Ask(architecture, new(), SystemCalls.OpenAt, Folder, 0, flags)));
        Assert.Equal(NoSuchCall, Ask(architecture, new(), SystemCalls.OpenAt2));
        Assert.Equal(Allow, Ask(architecture, new(), SystemCalls.UTimeNsAt, Folder));
        Assert.Equal(NotPermitted, Ask(architecture, new(), SystemCalls.UTimeNsAt, Folder, 0x1_0000_0000));
        Assert.Equal(NotPermitted, Ask(architecture, new(), SystemCalls.UTimeNsAt, Folder, 1));
    }

    [Fact]
    public void Kills_on_calls_of_another_architecture()
    {
        const uint X86 = 0x40000003, X64 = 0xC000003E, X32Bit = 0x40000000;
        var program = SystemCallFilter.Build(new(), Architecture.X64, Self, Path);
        Assert.Equal(Kill, Run(program.Span, X86, 0, []));
        Assert.Equal(NoSuchCall, Run(program.Span, X64, X32Bit, []));
        Assert.Equal(Kill, Run(SystemCallFilter.Build(new(), Architecture.Arm64, Self, Path).Span, X64, 0, []));
    }

    private static uint Ask(Architecture architecture, SandboxPolicy policy, SystemCall call, ulong first = 0, ulong second = 0,
        ulong third = 0) => Run(
        SystemCallFilter.Build(policy, architecture, Self, Path).Span, architecture == Architecture.Arm64 ? 0xC00000B7 : 0xC000003E,
        (uint)call.For(architecture), [first, second, third, 0, 0, 0]);

    /// <summary>The few instructions that the filter uses; every other is an error, and so is a jump past the end.</summary>
    private static uint Run(ReadOnlySpan<SystemCallFilter.Instruction> program, uint architecture, uint number, ulong[] arguments)
    {
        var accumulator = 0u;
        for (var at = 0; ; at++)
        {
            var (code, ifTrue, ifFalse, value) = program[at];
            switch (code)
            {
                case 0x20:
                    accumulator = value switch
                    {
                        0 => number,
                        4 => architecture,
                        _ => (uint)(arguments[(value - 16) / 8] >> (value % 8 == 0 ? 0 : 32)),
                    };
                    break;
                case 0x15:
                    at += accumulator == value ? ifTrue : ifFalse;
                    break;
                case 0x35:
                    at += accumulator >= value ? ifTrue : ifFalse;
                    break;
                case 0x45:
                    at += (accumulator & value) != 0 ? ifTrue : ifFalse;
                    break;
                case 0x54:
                    accumulator &= value;
                    break;
                case 0x06:
                    return value;
                default:
                    throw new InvalidOperationException($"The filter has an instruction {code:X} that this machine does not know.");
            }
        }
    }
}
