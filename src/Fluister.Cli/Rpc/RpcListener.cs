using System.Net.Sockets;
using Fluister.Client;

namespace Fluister.Cli.Rpc;

/// <summary>A Unix socket on which programs of the same person find the daemon.</summary>
internal sealed class RpcListener : IDisposable
{
    /// <summary>The socket's name in an account's folder.</summary>
    public const string FileName = "rpc.sock";

    /// <summary>Bytes of a socket's path that Linux allows.</summary>
    public const int MaximumPathBytes = 107;

    private readonly Socket _socket;
    private readonly string _path;

    private RpcListener(Socket socket, string path) => (_socket, _path) = (socket, path);

    /// <summary>Where it is.</summary>
    public string Path => _path;

    /// <summary>Makes the socket; one that a daemon left behind gives way.</summary>
    /// <exception cref="ClientException">InUse; BadInput for a path that cannot be one.</exception>
    public static RpcListener Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            var end = EndPoint(path);
            Clear(path, end);
            socket.Bind(end);

            // Before anybody can connect.
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            socket.Listen(RpcLimits.Connections);
            return new RpcListener(socket, path);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ClientException(ClientError.BadInput,
                $"A socket cannot be made at {path}: {e.Message}. Choose another place with --socket.", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A path as a socket's address, which the system allows about a hundred bytes.</summary>
    /// <exception cref="ClientException">BadInput: it is longer.</exception>
    internal static UnixDomainSocketEndPoint EndPoint(string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ClientException(ClientError.BadInput,
                $"The path of a socket has at most {MaximumPathBytes} bytes, and {path} has more. Choose a shorter one with --socket.", e);
        }
    }

    /// <summary>Serves programs until cancelled.</summary>
    /// <param name="service">What is served.</param>
    /// <param name="own">The account that this socket is for; null for all.</param>
    /// <param name="cancel">Ends it, after the connections have ended.</param>
    public async Task RunAsync(RpcService service, HeldAccount? own, CancellationToken cancel)
    {
        using var connections = new SemaphoreSlim(RpcLimits.Connections);
        try
        {
            while (true)
            {
                var accepted = await _socket.AcceptAsync(cancel);
                if (!PeerCredentials.IsSamePerson(accepted))
                {
                    accepted.Dispose();
                }
                else if (!await connections.WaitAsync(0, CancellationToken.None))
                {
                    Refuse(accepted);
                }
                else
                {
                    _ = ServeAsync(accepted, service, own, connections, cancel);
                }
            }
        }
        catch (OperationCanceledException)
        {
            for (var place = 0; place < RpcLimits.Connections; place++)
            {
                await connections.WaitAsync(CancellationToken.None);
            }
        }
    }

    /// <summary>Ends it and removes the file.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(_path);
    }

    private static async Task ServeAsync(
        Socket accepted, RpcService service, HeldAccount? own, SemaphoreSlim connections, CancellationToken cancel)
    {
        try
        {
            await using var stream = new NetworkStream(accepted, ownsSocket: true);
            using var output = new RpcOutput(stream);
            using var connection = new RpcConnection(service, own, output);
            await connection.RunAsync(stream, cancel);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The program is gone; whatever it had asked for has ended.
        }
        finally
        {
            connections.Release();
        }
    }

    private static void Refuse(Socket accepted)
    {
        using (accepted)
        {
            accepted.Blocking = false;
            accepted.Send(RpcText.Error(null, new RpcException(
                RpcException.LimitReached, $"More than {RpcLimits.Connections} programs are connected.")), SocketFlags.None, out _);
        }
    }

    /// <summary>Removes a socket on which nobody listens any more.</summary>
    private static void Clear(string path, UnixDomainSocketEndPoint end)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(end);
            throw new ClientException(
                ClientError.InUse, $"Another program listens at {path}. End it, or choose another place with --socket.");
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused && IsSocket(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>A socket is what exists and cannot be opened as a file (ENXIO); what can be is somebody's file and stays.</summary>
    private static bool IsSocket(string path)
    {
        try
        {
            File.OpenHandle(path).Dispose();
            return false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }
}
