using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Fluister.Cli.Rpc;

/// <summary>Who is at the other end of a Unix socket, as the kernel says.</summary>
internal static partial class PeerCredentials
{
    private const int SocketLevel = 1;
    private const int PeerOption = 17; // SO_PEERCRED: pid, uid, gid, of 4 bytes each

    /// <summary>Whether the program at the other end runs as the same person as this one. The file's mode should let in nobody else;
    /// this holds also where somebody has changed it. Elsewhere than on Linux the mode is all there is.</summary>
    public static bool IsSamePerson(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        Span<byte> credentials = stackalloc byte[12];
        return socket.GetRawSocketOption(SocketLevel, PeerOption, credentials) == credentials.Length
            && IsSamePerson(MemoryMarshal.Read<uint>(credentials[4..]), EffectiveUserId());
    }

    /// <summary>Whether an id is ours; the administrator's is not, unless we are one.</summary>
    internal static bool IsSamePerson(uint theirs, uint ours) => theirs == ours;

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();
}
