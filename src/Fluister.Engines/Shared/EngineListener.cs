using System.Net.Sockets;

namespace Fluister.Engines.Shared;

/// <summary>Lends an engine to others on this computer, over a Unix domain socket: a digest in one container, the model in another, and no
/// network between them.</summary>
/// <remarks>Who may enter the socket's folder may use the engine; the socket itself is for its owner.</remarks>
public sealed class EngineListener : IDisposable
{
    private const int MostCallers = 16;
    private const int MostMillisecondsToSend = 30_000; // to one who does not read
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Socket _socket;
    private readonly string _path;

    private EngineListener(Socket socket, string path) => (_socket, _path) = (socket, path);

    /// <summary>Listens, from now on.</summary>
    /// <param name="path">Where the socket is to be. One that nobody listens on any more is replaced.</param>
    /// <exception cref="EngineException">It cannot be made.</exception>
    public static EngineListener Open(string path)
    {
        var whole = SocketPath.Of(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            RemoveDeserted(whole);
            socket.Bind(new UnixDomainSocketEndPoint(whole));
            if (!OperatingSystem.IsWindows())
            {
                // Before anyone can connect, which takes Listen.
                File.SetUnixFileMode(whole, Owner);
            }

            socket.Listen(MostCallers);
            return new EngineListener(socket, whole);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new EngineException(
                EngineError.NotAllowed, $"{whole} cannot be listened on: {e.Message}. Name a socket in a folder of yours.", e);
        }
    }

    /// <summary>Answers callers until it is told to stop.</summary>
    /// <param name="engine">What they call. It does one thing at a time, so they wait for each other.</param>
    /// <param name="cancel">Ends all.</param>
    /// <exception cref="EngineException">The engine is gone.</exception>
    public async Task ServeAsync(Engine engine, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var places = new SemaphoreSlim(MostCallers);
        EngineException? gone = null;
        var callers = new List<Task>();
        try
        {
            while (true)
            {
                await places.WaitAsync(stop.Token).ConfigureAwait(false);
                var caller = await _socket.AcceptAsync(stop.Token).ConfigureAwait(false);
                callers.RemoveAll(task => task.IsCompleted);
                callers.Add(AnswerAsync(caller));
            }
        }
        catch (OperationCanceledException)
        {
            // As was asked, or because the engine is gone.
        }
        catch (SocketException e)
        {
            gone = new EngineException(EngineError.Crashed, $"{_path} can no longer be listened on: {e.Message}.", e);
        }

        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(callers).ConfigureAwait(false);
        if (gone is not null)
        {
            throw gone;
        }

        async Task AnswerAsync(Socket caller)
        {
            caller.SendTimeout = MostMillisecondsToSend;
            using var stream = new NetworkStream(caller, ownsSocket: true);
            if (await new EngineCaller(stream, engine).AnswerAsync(stop.Token).ConfigureAwait(false) is { } why)
            {
                gone = why;
                await stop.CancelAsync().ConfigureAwait(false);
            }

            places.Release();
        }
    }

    /// <summary>Listens no more, and takes the socket's file away.</summary>
    public void Dispose() => _socket.Dispose();

    private static void RemoveDeserted(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
        }
    }
}
