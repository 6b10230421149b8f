using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Fluister.Server.Hosting;

/// <summary>How many connections there are, and how many whose TLS handshake goes on: who is too many is hung up on before anything of
/// TLS is made for them.</summary>
internal sealed partial class ConnectionGate(byte[] key, TimeProvider time)
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE
    private const int FewestConnections = 16;

    private readonly Dictionary<ConnectionContext, (ulong Origin, DateTimeOffset Since)> _shaking = [];

    /// <summary>The connections that there are.</summary>
    public Places Connections { get; } = new(MostConnections(), ServerLimits.ConnectionsOfOrigin);

    /// <summary>Those of them that have not ended the handshake.</summary>
    public Places Handshakes { get; } = new(ServerLimits.Handshakes, ServerLimits.HandshakesOfOrigin);

    /// <summary>Most connections that this process can have.</summary>
    public static int MostConnections() =>
        Files() is { } files ? (int)Math.Clamp(files - ServerLimits.FilesReserve, FewestConnections, ServerLimits.Connections)
            : ServerLimits.Connections;

    /// <summary>A connection has been accepted; what follows is TLS's handshake.</summary>
    public ConnectionDelegate BeforeHandshake(ConnectionDelegate next) => async connection =>
    {
        var origin = Origin.Of((connection.RemoteEndPoint as IPEndPoint)?.Address, key);
        if (!Connections.TryEnter(origin))
        {
            connection.Abort();
            return;
        }

        try
        {
            if (!Handshakes.TryEnter(origin))
            {
                connection.Abort();
                return;
            }

            lock (_shaking)
            {
                _shaking[connection] = (origin, time.GetUtcNow());
            }

            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            EndHandshake(connection);
            Connections.Leave(origin);
        }
    };

    /// <summary>The handshake has ended well.</summary>
    public ConnectionDelegate AfterHandshake(ConnectionDelegate next) => connection =>
    {
        EndHandshake(connection);
        return next(connection);
    };

    /// <summary>Hangs up on those whose handshake takes too long.</summary>
    public void Sweep()
    {
        List<ConnectionContext> late;
        lock (_shaking)
        {
            var before = time.GetUtcNow() - ServerLimits.Handshake;
            late = [.. _shaking.Where(shaking => shaking.Value.Since <= before).Select(shaking => shaking.Key)];
        }

        late.ForEach(connection => connection.Abort());
    }

    private void EndHandshake(ConnectionContext connection)
    {
        lock (_shaking)
        {
            if (!_shaking.Remove(connection, out var shaking))
            {
                return;
            }

            Handshakes.Leave(shaking.Origin);
        }
    }

    private static long? Files()
    {
        Span<long> limit = stackalloc long[2];
        return OperatingSystem.IsLinux() && GetLimit(OpenFiles, ref MemoryMarshal.GetReference(limit)) == 0 && limit[0] > 0
            ? limit[0]
            : null;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, ref long limit);
}
