using System.Runtime.InteropServices;

namespace Fluister.Engines.Sandbox;

/// <summary>A system call and its numbers; negative where an architecture has none.</summary>
/// <param name="Name">As the kernel's headers have it, after "__NR_".</param>
/// <param name="X64">On x86-64.</param>
/// <param name="Arm64">On 64-bit ARM.</param>
internal readonly record struct SystemCall(string Name, int X64, int Arm64)
{
    /// <summary>The number on this machine.</summary>
    public int Number => For(RuntimeInformation.ProcessArchitecture);

    public int For(Architecture architecture) => architecture == Architecture.Arm64 ? Arm64 : X64;
}

/// <summary>System calls that the filter knows (asm/unistd_64.h and asm-generic/unistd.h). Since 5.1 they have the same number on all
/// architectures.</summary>
internal static class SystemCalls
{
    public static readonly SystemCall CapSet = new("capset", 126, 91);
    public static readonly SystemCall Clone = new("clone", 56, 220);
    public static readonly SystemCall Clone3 = new("clone3", 435, 435);
    public static readonly SystemCall Connect = new("connect", 42, 203);
    public static readonly SystemCall Execve = new("execve", 59, 221);
    public static readonly SystemCall Execveat = new("execveat", 322, 281);
    public static readonly SystemCall Ioctl = new("ioctl", 16, 29);
    public static readonly SystemCall LandlockCreateRuleset = new("landlock_create_ruleset", 444, 444);
    public static readonly SystemCall LandlockAddRule = new("landlock_add_rule", 445, 445);
    public static readonly SystemCall LandlockRestrictSelf = new("landlock_restrict_self", 446, 446);
    public static readonly SystemCall Open = new("open", 2, -1);
    public static readonly SystemCall OpenAt = new("openat", 257, 56);
    public static readonly SystemCall OpenAt2 = new("openat2", 437, 437);
    public static readonly SystemCall Prctl = new("prctl", 157, 167);
    public static readonly SystemCall Prlimit = new("prlimit64", 302, 261);
    public static readonly SystemCall Seccomp = new("seccomp", 317, 277);
    public static readonly SystemCall Socket = new("socket", 41, 198);
    public static readonly SystemCall SocketPair = new("socketpair", 53, 199);
    public static readonly SystemCall UTimeNsAt = new("utimensat", 280, 88);

    /// <summary>Their first argument is a process: only itself.</summary>
    public static readonly SystemCall[] Signals =
    [
        new("kill", 62, 129), new("tgkill", 234, 131), new("rt_sigqueueinfo", 129, 138), new("rt_tgsigqueueinfo", 297, 240),
    ];

    /// <summary>Signals to whom cannot be told from the arguments.</summary>
    public static readonly SystemCall[] BlindSignals = [new("tkill", 200, 130), new("pidfd_send_signal", 424, 424)];

    /// <summary>New processes without flags that one could look at.</summary>
    public static readonly SystemCall[] Forks = [new("fork", 57, -1), new("vfork", 58, -1)];

    /// <summary>What Landlock leaves to anybody who knows a path: rights, owners, marks and times of files, their length before Linux 6.2,
    /// and when they are used. Calls by an open file stay: only files that may be opened are open.</summary>
    public static readonly SystemCall[] ByPath =
    [
        new("chmod", 90, -1), new("fchmodat", 268, 53), new("fchmodat2", 452, 452), new("chown", 92, -1), new("lchown", 94, -1),
        new("fchownat", 260, 54), new("setxattr", 188, 5), new("lsetxattr", 189, 6), new("setxattrat", 463, 463),
        new("removexattr", 197, 14), new("lremovexattr", 198, 15), new("removexattrat", 466, 466), new("file_setattr", 469, 469),
        new("utime", 132, -1), new("utimes", 235, -1), new("futimesat", 261, -1), new("truncate", 76, 45),
        new("inotify_add_watch", 254, 27),
    ];

    /// <summary>What no engine needs: other processes' memory and files, mounts and namespaces, keys, the kernel itself, and calls that
    /// would go past this filter or have often been the way into the kernel.</summary>
    public static readonly SystemCall[] Refused =
    [
        new("ptrace", 101, 117), new("process_vm_readv", 310, 270), new("process_vm_writev", 311, 271), new("process_madvise", 440, 440),
        new("process_mrelease", 448, 448), new("kcmp", 312, 272), new("pidfd_open", 434, 434), new("pidfd_getfd", 438, 438),
        new("migrate_pages", 256, 238), new("move_pages", 279, 239),
        new("mount", 165, 40), new("umount2", 166, 39), new("pivot_root", 155, 41), new("chroot", 161, 51), new("open_tree", 428, 428),
        new("move_mount", 429, 429), new("fsopen", 430, 430), new("fsconfig", 431, 431), new("fsmount", 432, 432), new("fspick", 433, 433),
        new("mount_setattr", 442, 442), new("open_tree_attr", 467, 467), new("unshare", 272, 97), new("setns", 308, 268),
        new("name_to_handle_at", 303, 264), new("open_by_handle_at", 304, 265), new("fanotify_init", 300, 262), new("quotactl", 179, 60),
        new("quotactl_fd", 443, 443), new("swapon", 167, 224), new("swapoff", 168, 225), new("acct", 163, 89),
        new("keyctl", 250, 219), new("add_key", 248, 217), new("request_key", 249, 218),
        new("bpf", 321, 280), new("perf_event_open", 298, 241), new("userfaultfd", 323, 282), new("io_uring_setup", 425, 425),
        new("io_uring_enter", 426, 426), new("io_uring_register", 427, 427), new("kexec_load", 246, 104),
        new("kexec_file_load", 320, 294), new("init_module", 175, 105), new("finit_module", 313, 273), new("delete_module", 176, 106),
        new("syslog", 103, 116), new("reboot", 169, 142), new("iopl", 172, -1), new("ioperm", 173, -1), new("modify_ldt", 154, -1),
        new("uselib", 134, -1), new("personality", 135, 92), new("vhangup", 153, 58), new("lookup_dcookie", 212, 18),
        new("nfsservctl", 180, 42), new("settimeofday", 164, 170), new("clock_settime", 227, 112), new("adjtimex", 159, 171),
        new("clock_adjtime", 305, 266), new("sethostname", 170, 161), new("setdomainname", 171, 162),
    ];

    /// <summary>All of the above.</summary>
    public static IEnumerable<SystemCall> All =>
    [
        CapSet, Clone, Clone3, Connect, Execve, Execveat, Ioctl, LandlockCreateRuleset, LandlockAddRule, LandlockRestrictSelf, Open,
        OpenAt, OpenAt2, Prctl, Prlimit, Seccomp, Socket, SocketPair, UTimeNsAt, .. Signals, .. BlindSignals, .. Forks, .. ByPath,
        .. Refused,
    ];
}
