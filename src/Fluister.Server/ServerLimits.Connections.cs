namespace Fluister.Server;

// Connections and WebSockets. Where no source is named, the value is ours.
internal static partial class ServerLimits
{
    /// <summary>Most connections at once, of any kind: 50,000, or fewer where the system gives the process fewer files
    /// (<see cref="FilesReserve"/>). Further ones are hung up on.</summary>
    public const int Connections = 50_000;

    /// <summary>Files that connections leave to the database, attachments and the program itself: 512.</summary>
    public const int FilesReserve = 512;

    /// <summary>Most connections from one place, an address of IPv4 or a /64 of IPv6: 4096, a large network behind one address.</summary>
    public const int ConnectionsOfOrigin = 4096;

    /// <summary>Most connections that have not ended TLS's handshake: 1024. Further ones are hung up on.</summary>
    public const int Handshakes = 1024;

    /// <summary>Most of these from one place: 256.</summary>
    public const int HandshakesOfOrigin = 256;

    /// <summary>Most WebSockets of callers who do not say who they are: half of all connections, so that they leave room for
    /// devices.</summary>
    public const int AnonymousSockets = Connections / 2;

    /// <summary>Most of these from one place: 2048.</summary>
    public const int AnonymousSocketsOfOrigin = 2048;

    /// <summary>Most WebSockets of one device that are not sent its messages; a further one is refused.</summary>
    public const int SilentSocketsOfDevice = 4;

    /// <summary>Most bytes of a request's line: 8 KiB.</summary>
    public const int RequestLine = 8 * 1024;

    /// <summary>Most bytes of all headers of a request: 32 KiB.</summary>
    public const int RequestHeaders = 32 * 1024;

    /// <summary>Most headers of a request: 100.</summary>
    public const int RequestHeaderCount = 100;

    /// <summary>Most requests at once of one connection over HTTP/2: 100; further ones are refused.</summary>
    public const int Streams = 100;

    /// <summary>Most bytes that one HTTP/2 connection may send before they are read: 512 KiB; of one request, half.</summary>
    public const int ConnectionWindow = 512 * 1024;

    /// <summary>Most bytes of all requests' bodies together, from when they begin to come to when they are answered: 128 MiB. Calls by
    /// gRPC and what comes through WebSockets have bounds of their own.</summary>
    public const int Bodies = 128 * 1024 * 1024;

    /// <summary>Most of these from one place: 32 MiB, four of the largest.</summary>
    public const int BodiesOfOrigin = 32 * 1024 * 1024;

    /// <summary>Bytes that a body is given first, if it does not say that it is shorter: 4 KiB. What is longer is given twice as much, and
    /// so on, as it comes.</summary>
    public const int BodyBegin = 4 * 1024;

    /// <summary>Least bytes a second of a request's body, and of what a client takes of a response, after
    /// <see cref="SlowGrace"/>.</summary>
    public const int SlowestRate = 240;

    /// <summary>Most bytes of one WebSocket message: 512 KiB, as Signal's frames.</summary>
    public const int SocketMessage = 512 * 1024;

    /// <summary>Most parts of one WebSocket message in which there is nothing.</summary>
    public const int EmptyFragments = 64;

    /// <summary>Most requests of one WebSocket that are answered at once: 32; further ones wait in the kernel's buffers.</summary>
    public const int SocketRequests = 32;

    /// <summary>Bytes that wait to be sent to one WebSocket, from which on whoever adds more waits too: 64 KiB.</summary>
    public const int SocketPending = 64 * 1024;

    /// <summary>Most letters that were handed to a WebSocket and wait there; where there are more, they are read from the database
    /// later.</summary>
    public const int HandedLetters = 64;

    /// <summary>Most letters for connected devices, which no mailbox holds, that wait for one socket; the oldest goes.</summary>
    public const int OfferedLetters = 64;

    /// <summary>Most bytes of either: 256 KiB, as of one read.</summary>
    public const int HandedBytes = 256 * 1024;

    /// <summary>How long TLS's handshake may take: 10 seconds.</summary>
    public static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    /// <summary>How long a request's line and headers may take to come: 10 seconds.</summary>
    public static readonly TimeSpan HeadersTime = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection without a request is kept: two minutes.</summary>
    public static readonly TimeSpan ConnectionIdle = TimeSpan.FromMinutes(2);

    /// <summary>How long a body or a response may be slower than <see cref="SlowestRate"/>: 5 seconds.</summary>
    public static readonly TimeSpan SlowGrace = TimeSpan.FromSeconds(5);

    /// <summary>After which time without a frame an HTTP/2 connection is asked whether it is there, and how long it has for the answer:
    /// 45 seconds each.</summary>
    public static readonly TimeSpan Http2Ping = TimeSpan.FromSeconds(45);

    /// <summary>When a caller may try again who was refused because too many were connected.</summary>
    public static readonly TimeSpan CrowdedRetry = TimeSpan.FromSeconds(30);

    /// <summary>How often WebSockets are looked after: pings, and the end of those that are silent or stuck.</summary>
    public static readonly TimeSpan SocketSweep = TimeSpan.FromSeconds(10);

    /// <summary>How long a client is silent before it is asked whether it is still there.</summary>
    public static readonly TimeSpan SocketPing = TimeSpan.FromSeconds(30);

    /// <summary>A socket from which nothing came for this long, not even an answer to a ping, is cut: 90 seconds, as Signal's.</summary>
    public static readonly TimeSpan SocketIdle = TimeSpan.FromSeconds(90);

    /// <summary>The same for a device that waits to be linked: 60 seconds, as Signal's.</summary>
    public static readonly TimeSpan ProvisioningSocketIdle = TimeSpan.FromSeconds(60);

    /// <summary>How long a WebSocket message may take to come from its first byte to its last: two minutes, 4 KiB a second for the
    /// largest.</summary>
    public static readonly TimeSpan SocketMessageTime = TimeSpan.FromMinutes(2);

    /// <summary>How long what is sent may take to leave: a client that reads nothing for this long is given up.</summary>
    public static readonly TimeSpan SocketSend = TimeSpan.FromSeconds(60);

    /// <summary>How long a socket that is being closed waits for the other side's farewell.</summary>
    public static readonly TimeSpan SocketFarewell = TimeSpan.FromSeconds(5);

    /// <summary>How long sockets have to end when the server stops.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(10);
}
