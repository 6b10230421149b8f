using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Fluister.Engines.LlamaServer;

/// <summary>Where a server puts its socket: a folder that only its owner can enter, and that is gone as soon as the socket is
/// there.</summary>
/// <remarks>A socket's file is needed to connect, not to stay connected, and on Linux a descriptor of the file is as good as its path
/// (open(2), O_PATH; /proc/self/fd). So the file and its folder are removed once the descriptor is held: nobody else can connect any more,
/// and nothing stays behind however we end. Only somebody killed in between leaves a folder; the next start finds its lock free and
/// removes it.</remarks>
internal sealed partial class ServerFolder : IDisposable
{
    /// <summary>Of the folder's name; random digits follow.</summary>
    internal const string Prefix = "fluister-server-";

    private const string LockName = "lock";
    private const string SocketName = "engine.sock";
    private const int LongestSocketPath = 107;
    private const UnixFileMode OwnFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // A folder this young may be about to get its lock.
    private static readonly TimeSpan Birth = TimeSpan.FromMinutes(1);

    private readonly FileStream _lock;
    private SafeFileHandle? _socket;

    private ServerFolder(string path, FileStream hold) => (Path, _lock) = (path, hold);

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Where the server is to listen.</summary>
    public string Socket => System.IO.Path.Combine(Path, SocketName);

    /// <summary>Makes one in the person's runtime folder or, where there is none, in the folder for temporary files.</summary>
    /// <exception cref="EngineException">None of them will do.</exception>
    public static ServerFolder Create() => Create(Parents());

    /// <summary>Makes one in the first of these that will do.</summary>
    internal static ServerFolder Create(IEnumerable<string> parents)
    {
        foreach (var parent in parents)
        {
            Sweep(parent);
            var path = System.IO.Path.Combine(parent, Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
            if (Encoding.UTF8.GetByteCount(System.IO.Path.Combine(path, SocketName)) > LongestSocketPath)
            {
                continue;
            }

            try
            {
                _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnFolder);
                var name = System.IO.Path.Combine(path, LockName);
                return new ServerFolder(path, new FileStream(name, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Remove(path);
            }
        }

        throw new EngineException(EngineError.NotAllowed,
            "There is no folder for the engine's socket; set XDG_RUNTIME_DIR or TMPDIR to a folder "
            + "with a short path in which you may write.");
    }

    /// <summary>Holds the socket itself and removes its file and the folder; the second time only tells.</summary>
    /// <returns>What to connect to from now on.</returns>
    public string Take()
    {
        if (!OperatingSystem.IsLinux())
        {
            return Socket;
        }

        if (_socket is null)
        {
            const int PathOnly = 0x200000, CloseOnExec = 0x80000;
            _socket = Open(Socket, PathOnly | CloseOnExec);
            if (_socket.IsInvalid)
            {
                throw new EngineException(EngineError.Crashed, "The engine's socket is gone before it was used; try again.");
            }

            Remove(Path);
        }

        return $"/proc/self/fd/{_socket.DangerousGetHandle()}";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Remove(Path);
        _lock.Dispose();
        _socket?.Dispose();
    }

    /// <summary>Removes what those left who were killed.</summary>
    internal static void Sweep(string parent)
    {
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(parent, Prefix + "*"))
            {
                if (IsOwn(folder) && IsLeft(folder))
                {
                    Remove(folder);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another sweeps too, or the parent is none of ours.
        }
    }

    // Others' folders are not for us to enter: what they put there could be anything.
    private static bool IsOwn(string folder) =>
        OperatingSystem.IsWindows() || (File.GetUnixFileMode(folder) == OwnFolder && new DirectoryInfo(folder).LinkTarget is null);

    private static bool IsLeft(string folder)
    {
        try
        {
            using var free = new FileStream(System.IO.Path.Combine(folder, LockName), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) > Birth;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Parents()
    {
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { } runtime && System.IO.Path.IsPathRooted(runtime)
            && Directory.Exists(runtime))
        {
            yield return runtime;
        }

        yield return System.IO.Path.GetTempPath();
    }

    // By name: nothing in there can lead anywhere else.
    private static void Remove(string folder)
    {
        try
        {
            File.Delete(System.IO.Path.Combine(folder, SocketName));
            File.Delete(System.IO.Path.Combine(folder, LockName));
            Directory.Delete(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone, or never was.
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
