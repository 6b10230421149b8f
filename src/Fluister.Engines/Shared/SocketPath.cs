using System.Text;

namespace Fluister.Engines.Shared;

/// <summary>Paths of Unix domain sockets.</summary>
internal static class SocketPath
{
    private const int Longest = 107; // unix(7), without the zero at the end

    /// <summary>The whole path.</summary>
    /// <exception cref="EngineException">It is too long for a socket.</exception>
    public static string Of(string path)
    {
        var whole = Path.GetFullPath(path);
        return Encoding.UTF8.GetByteCount(whole) <= Longest ? whole
            : throw new EngineException(EngineError.NotAllowed,
                $"{whole} is too long for a socket, which has at most {Longest} bytes of path; name a shorter one.");
    }
}
