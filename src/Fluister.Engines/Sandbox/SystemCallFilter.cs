using System.Runtime.InteropServices;

namespace Fluister.Engines.Sandbox;

/// <summary>Refuses system calls with EPERM, for all threads and for good: a program in the classic BPF of seccomp(2).</summary>
/// <remarks>EPERM rather than death: the program can say what it missed.</remarks>
internal sealed class SystemCallFilter
{
    private const uint Allow = 0x7FFF0000;
    private const uint Kill = 0x80000000;
    private const uint Error = 0x00050000;

    // linux/filter.h, linux/bpf_common.h
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort JumpIfAny = 0x45;
    private const ushort AndWith = 0x54;
    private const ushort Return = 0x06;

    // struct seccomp_data: number, architecture, instruction pointer, six arguments of eight bytes.
    private const uint NumberAt = 0;
    private const uint ArchitectureAt = 4;
    private const uint ArgumentsAt = 16;

    private const uint X32Numbers = 0x40000000;
    private const uint UnixDomain = 1;
    private const uint Stream = 1;
    private const uint KindOfSocket = 0xF;
    private const uint NewThread = 0x00010000;
    private const uint NewNamespaces = 0x7E020080;
    private const uint TypeIntoTerminal = 0x5412; // TIOCSTI
    private const uint ConsoleSelection = 0x541C; // TIOCLINUX

    private readonly List<Instruction> _program = [];
    private readonly Architecture _architecture;

    private SystemCallFilter(Architecture architecture) => _architecture = architecture;

    /// <summary>Architectures whose numbers are known.</summary>
    public static bool IsKnown(Architecture architecture) => architecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>The filter for a policy.</summary>
    /// <param name="policy">What may be done.</param>
    /// <param name="architecture">Of the processor.</param>
    /// <param name="process">The process that it is for.</param>
    /// <param name="lastPath">Where the path of the one program lies that may still be started; 0 for none. Whoever comes after the start
    /// finds another memory and does not know this address.</param>
    public static ReadOnlyMemory<Instruction> Build(SandboxPolicy policy, Architecture architecture, int process, ulong lastPath)
    {
        var filter = new SystemCallFilter(architecture);
        filter.Begin();
        filter.Refuse(SystemCalls.Refused);
        filter.RefusePaths();
        if (!policy.Network)
        {
            filter.RefuseSockets(mayListen: policy.Writable.Any(Directory.Exists));
        }

        filter.RefuseProcesses(policy.NewPrograms, process, lastPath);
        filter.On(SystemCalls.Ioctl, [Argument(1), .. Unless(TypeIntoTerminal), .. Unless(ConsoleSelection), End(Allow)]);
        // So that it cannot outlive us.
        filter.On(SystemCalls.Prctl, [Argument(0), .. Unless(Linux.SetParentDeathSignal), End(Allow)]);
        filter._program.Add(End(Allow));
        return filter._program.ToArray();
    }

    /// <summary>Puts it on all threads of this process.</summary>
    public static unsafe bool Apply(ReadOnlyMemory<Instruction> program)
    {
        const nuint SetModeFilter = 1, AllThreads = 1;
        fixed (Instruction* instructions = program.Span)
        {
            var whole = new Program { Length = (ushort)program.Length, Instructions = (nint)instructions };
            return Linux.Call(SystemCalls.Seccomp.Number, (nint)SetModeFilter, (nint)AllThreads, (nint)(&whole), 0) == 0;
        }
    }

    private void Begin()
    {
        const uint X64 = 0xC000003E, Arm64 = 0xC00000B7;
        // Numbers mean something else in another architecture's calls: 32-bit ones on the same processor, and x32, which says it is x86-64.
        _program.AddRange(
        [
            Load(ArchitectureAt), Jump(JumpIfEqual, _architecture == Architecture.Arm64 ? Arm64 : X64, 1, 0), End(Kill), Load(NumberAt),
        ]);
        if (_architecture == Architecture.X64)
        {
            _program.AddRange([Jump(JumpIfAtLeast, X32Numbers, 0, 1), End(Error | Linux.NoSuchCall)]);
        }
    }

    /// <summary>What Landlock does not see.</summary>
    private void RefusePaths()
    {
        // Opening for neither reading nor writing, and emptying without writing, which it did not ask about before Linux 6.2.
        const uint Neither = 3, Empty = 0x200;
        Refuse(SystemCalls.ByPath);
        foreach (var (call, flags) in (ReadOnlySpan<(SystemCall, uint)>)[(SystemCalls.Open, 1), (SystemCalls.OpenAt, 2)])
        {
            On(call,
            [
                Argument(flags), new(AndWith, 0, 0, Neither | Empty), Jump(JumpIfEqual, Neither, 3, 0), Jump(JumpIfEqual, Empty, 2, 0),
                Jump(JumpIfEqual, Neither | Empty, 1, 0), End(Allow), End(Error | Linux.NotPermitted),
            ]);
        }

        // Its flags lie in memory.
        On(SystemCalls.OpenAt2, [End(Error | Linux.NoSuchCall)]);
        // Without a path it is about an open file.
        On(SystemCalls.UTimeNsAt,
        [
            Argument(1), Jump(JumpIfEqual, 0, 0, 2), Load(ArgumentsAt + 8 + 4), Jump(JumpIfEqual, 0, 1, 0), End(Error | Linux.NotPermitted),
            End(Allow),
        ]);
    }

    /// <summary>Sockets that listen on a file, or none. Never one that calls: a listener's file may lie anywhere, and the desktop's session
    /// bus would start programs for whoever asks. Datagrams call without connect(2).</summary>
    private void RefuseSockets(bool mayListen)
    {
        foreach (var call in (SystemCall[])[SystemCalls.Socket, SystemCalls.SocketPair])
        {
            On(call, mayListen
                ?
                [
                    Argument(0), Jump(JumpIfEqual, UnixDomain, 1, 0), End(Error | Linux.NotPermitted),
                    Argument(1), new(AndWith, 0, 0, KindOfSocket), Jump(JumpIfEqual, Stream, 1, 0), End(Error | Linux.NotPermitted),
                    End(Allow),
                ]
                : [End(Error | Linux.NotPermitted)]);
        }

        Refuse([SystemCalls.Connect]);
    }

    private void RefuseProcesses(bool newPrograms, int process, ulong lastPath)
    {
        // Its flags lie in memory, where a filter cannot look. The C library then takes clone(2).
        On(SystemCalls.Clone3, [End(Error | Linux.NoSuchCall)]);
        if (newPrograms)
        {
            On(SystemCalls.Clone, [Argument(0), Jump(JumpIfAny, NewNamespaces, 0, 1), End(Error | Linux.NotPermitted), End(Allow)]);
            return;
        }

        On(SystemCalls.Clone, [Argument(0), Jump(JumpIfAny, NewThread, 1, 0), End(Error | Linux.NotPermitted), End(Allow)]);
        Refuse([.. SystemCalls.Forks, SystemCalls.Execveat, .. SystemCalls.BlindSignals]);
        On(SystemCalls.Execve, lastPath == 0 ? [End(Error | Linux.NotPermitted)] :
        [
            Argument(0), Jump(JumpIfEqual, (uint)lastPath, 1, 0), End(Error | Linux.NotPermitted),
            Load(ArgumentsAt + 4), Jump(JumpIfEqual, (uint)(lastPath >> 32), 1, 0), End(Error | Linux.NotPermitted), End(Allow),
        ]);
        foreach (var call in SystemCalls.Signals)
        {
            On(call, [Argument(0), Jump(JumpIfEqual, (uint)process, 1, 0), End(Error | Linux.NotPermitted), End(Allow)]);
        }

        // Another process of the same person, such as Fluister, could be starved of processor time. 0 means itself.
        On(SystemCalls.Prlimit,
        [
            Argument(0), Jump(JumpIfEqual, 0, 2, 0), Jump(JumpIfEqual, (uint)process, 1, 0), End(Error | Linux.NotPermitted), End(Allow),
        ]);
    }

    private void Refuse(IEnumerable<SystemCall> calls)
    {
        foreach (var call in calls)
        {
            On(call, [End(Error | Linux.NotPermitted)]);
        }
    }

    /// <summary>What to do on a call; ends with a return, so that the number stays loaded for whoever comes next.</summary>
    private void On(SystemCall call, Instruction[] block)
    {
        if (call.For(_architecture) is >= 0 and var number)
        {
            _program.Add(Jump(JumpIfEqual, (uint)number, 0, (byte)block.Length));
            _program.AddRange(block);
        }
    }

    private static Instruction[] Unless(uint value) => [Jump(JumpIfEqual, value, 0, 1), End(Error | Linux.NotPermitted)];

    /// <summary>Loads the lower half; both architectures have it first.</summary>
    private static Instruction Argument(uint number) => Load(ArgumentsAt + (8 * number));

    private static Instruction Load(uint offset) => new(LoadWord, 0, 0, offset);

    private static Instruction Jump(ushort code, uint value, byte ifTrue, byte ifFalse) => new(code, ifTrue, ifFalse, value);

    private static Instruction End(uint value) => new(Return, 0, 0, value);

    /// <summary>struct sock_filter.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    /// <summary>struct sock_fprog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Program
    {
        public ushort Length;
        public nint Instructions;
    }
}
