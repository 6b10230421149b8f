namespace Fluister.Cli.Rpc;

/// <summary>Every bound of the daemon's interface; all ours.</summary>
internal static class RpcLimits
{
    /// <summary>Bytes of one line that a program sends. The longest are messages: 64 KiB of text, every letter escaped.</summary>
    public const int LineBytes = 1 << 20;

    /// <summary>Programs connected to one socket at a time.</summary>
    public const int Connections = 64;

    /// <summary>Requests of one connection at work at a time; the next line is read when one has ended.</summary>
    public const int RequestsAtWork = 16;

    /// <summary>Requests in one batch.</summary>
    public const int BatchRequests = 100;

    /// <summary>Lines that are no requests before a connection is closed: what sends them does not speak JSON-RPC.</summary>
    public const int BadLines = 16;

    /// <summary>Lines that wait for a program to read them; with more, it is cut off.</summary>
    public const int OutgoingLines = 1024;

    /// <summary>Bytes of those lines.</summary>
    public const int OutgoingBytes = 16 << 20;

    /// <summary>Subscriptions of one connection.</summary>
    public const int Subscriptions = 16;

    /// <summary>Recipients of one request.</summary>
    public const int Recipients = 100;

    /// <summary>Bytes of a file that <c>getAttachment</c> answers with, before base64.</summary>
    public const int AttachmentBytes = 8 << 20;

    /// <summary>Bytes of a profile's picture as it is given; Signal's own clients make theirs smaller.</summary>
    public const int AvatarBytes = 5 << 20;

    /// <summary>How long a request to send waits for the home server. After that the answer is that the message waits in the
    /// outbox.</summary>
    public static readonly TimeSpan SendWait = TimeSpan.FromSeconds(20);

    /// <summary>How long the home server is asked whether somebody is registered.</summary>
    public static readonly TimeSpan StatusWait = TimeSpan.FromSeconds(10);

    /// <summary>How long any request may take: what waits for the home server for ever would hold its place among those at work.</summary>
    public static readonly TimeSpan RequestTime = TimeSpan.FromMinutes(5);

    /// <summary>How long a program that is cut off may take to read what waits for it.</summary>
    public static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);
}
