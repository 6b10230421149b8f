namespace Fluister.Client;

/// <content>The connection to the home server.</content>
internal static partial class ClientLimits
{
    /// <summary>Bytes of one message of a WebSocket: the largest answer and what stands around it. Ours.</summary>
    public const int SocketMessageBytes = ResponseBytes + (64 << 10);

    /// <summary>Parts of one such message that are empty. Ours: an honest server sends none.</summary>
    public const int EmptyFragments = 64;

    /// <summary>Requests at once over one WebSocket: less than the server's 32, so that acknowledgements are still read. Ours.</summary>
    public const int RequestsAtOnce = 24;

    /// <summary>Messages that wait to leave over one WebSocket: a server that pushes without taking acknowledgements is given up there.
    /// Ours.</summary>
    public const int OutgoingFrames = 4096;

    /// <summary>Deliveries that wait to be read: more than the 256 that the server sends without an acknowledgement. Ours.</summary>
    public const int WaitingDeliveries = 320;

    /// <summary>Bytes of deliveries that wait to be read; one is always taken. Ours.</summary>
    public const int WaitingDeliveryBytes = 32 << 20;

    /// <summary>Bytes of a descriptor with its signature. Ours: it has less than 8 KiB.</summary>
    public const int DescriptorBytes = 64 << 10;

    /// <summary>Time for connecting, TLS and the upgrade. Signal's: 30 seconds for the whole; ours is less, since another try is
    /// cheap.</summary>
    public static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(20);

    /// <summary>Time for an answer to a request. Signal's.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);

    /// <summary>Time for one message to leave. Ours, as the server's.</summary>
    public static readonly TimeSpan SendTime = TimeSpan.FromSeconds(60);

    /// <summary>Time for what waits to leave and for the farewell, when we end a connection. Ours.</summary>
    public static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(5);

    /// <summary>After so long without a word of the server it is asked whether it is there. Signal's.</summary>
    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(30);

    /// <summary>Time for the answer to that; then the connection counts as dead. Signal's.</summary>
    public static readonly TimeSpan KeepAliveTime = TimeSpan.FromSeconds(30);

    /// <summary>The same where the network has changed or the computer slept, and the connection is likely dead. Ours.</summary>
    public static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked whether the computer slept. Ours.</summary>
    public static readonly TimeSpan SleepLook = TimeSpan.FromSeconds(10);

    /// <summary>By so much more the clock on the wall must have gone on than the monotonic one. Ours: a correction of the clock is
    /// less.</summary>
    public static readonly TimeSpan SleepGap = TimeSpan.FromSeconds(15);

    /// <summary>The first pause before connecting again; each further one is twice as long. Ours: Signal's begins at once.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause. Signal's.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>The longest pause that a server can ask for. Ours.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>A connection that lasted so long was a good one: the pauses begin anew. Ours.</summary>
    public static readonly TimeSpan GoodConnection = TimeSpan.FromSeconds(30);

    /// <summary>How often the server is asked for its descriptor. Ours.</summary>
    public static readonly TimeSpan DescriptorAge = TimeSpan.FromDays(1);

    /// <summary>How long after the server was asked for its descriptor out of turn it is not asked so again: 1 minute. Ours.</summary>
    public static readonly TimeSpan RenewalPause = TimeSpan.FromMinutes(1);
}
