namespace Fluister.Engines.Sandbox;

/// <summary>What a process holds beside its files: capabilities, open files, limits.</summary>
internal static class Privileges
{
    private const int DataLimit = 2;
    private const int CoreLimit = 4;
    private const int ProcessLimit = 6;
    private const int FileLimit = 7;

    /// <summary>Gives up all capabilities (capabilities(7)), also those that root would get back by starting a program.</summary>
    public static unsafe bool Drop()
    {
        const uint Version3 = 0x20080522;
        const nuint NoRoot = 3, ClearAll = 4; // SECBIT_NOROOT and its lock; PR_CAP_AMBIENT_CLEAR_ALL
        // Both fail where there is no capability to lose.
        for (nuint capability = 0; capability < 64; capability++)
        {
            _ = Linux.Control(Linux.DropFromBoundingSet, capability, 0, 0, 0);
        }

        _ = Linux.Control(Linux.SetSecureBits, NoRoot, 0, 0, 0);
        _ = Linux.Control(Linux.AmbientCapabilities, ClearAll, 0, 0, 0);
        var header = stackalloc uint[2] { Version3, 0 };
        var none = stackalloc uint[6];
        return Linux.Call(SystemCalls.CapSet.Number, (nint)header, (nint)none, 0, 0) == 0;
    }

    /// <summary>Nothing gives more rights again: no set-user-ID program, no file capability.</summary>
    public static bool Forgo() => Linux.Control(Linux.SetNoNewPrivileges, 1, 0, 0, 0) == 0;

    /// <summary>Open files but the standard three end with this program.</summary>
    public static bool CloseFiles()
    {
        const int CloseOnExec = 4;
        return Linux.CloseRange(3, uint.MaxValue, CloseOnExec) == 0;
    }

    /// <summary>No core file; the given memory; a bounded number of open files and threads.</summary>
    /// <remarks>
    /// Memory is RLIMIT_DATA, which counts private memory that can be written (since Linux 4.7). RLIMIT_AS would also count what .NET
    /// reserves and never uses (256 GiB) and the model, which is mapped and belongs to the page cache. Shared memory escapes it; what takes
    /// more than there is, is the first that the kernel ends.
    /// </remarks>
    public static bool Limit(long? memory)
    {
        const nuint Files = 1024, Threads = 512;
        return Lower(CoreLimit, 0)
            && Lower(FileLimit, Files)
            && (memory is not { } bytes || Lower(DataLimit, (nuint)long.Max(0, bytes)))
            // Counted for each user and user namespace: only in our own are they ours alone.
            && (!IsInOwnUserNamespace() || Lower(ProcessLimit, Threads));
    }

    /// <summary>Offers this process to the kernel when memory runs out, before anything else of this person.</summary>
    public static void GoFirst()
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A wish, not a wall.
        }
    }

    private static bool Lower(int resource, nuint most)
    {
        if (Linux.GetLimit(resource, out var limit) != 0)
        {
            return false;
        }

        limit.Maximum = nuint.Min(limit.Maximum, most);
        limit.Current = nuint.Min(limit.Current, limit.Maximum);
        return Linux.SetLimit(resource, in limit) == 0;
    }

    private static bool IsInOwnUserNamespace()
    {
        // inside, outside, how many: the first namespace has all of them.
        var map = File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return map is [_, _, "1"];
    }
}
