namespace Fluister.Server.Sockets;

/// <summary>Close codes: those of RFC 6455, section 7.4.1, and Signal's own.</summary>
internal static class SocketCodes
{
    /// <summary>Nothing is wrong.</summary>
    public const int Normal = 1000;

    /// <summary>The server stops; come again.</summary>
    public const int GoingAway = 1001;

    /// <summary>What came is not of the protocol.</summary>
    public const int Malformed = 1007;

    /// <summary>What came is too large.</summary>
    public const int TooLarge = 1009;

    /// <summary>The server cannot do what was wanted.</summary>
    public const int Failed = 1011;

    /// <summary>The device must say anew who it is: it was unlinked, or its password is another.</summary>
    public const int Reauthenticate = 4401;

    /// <summary>The device has connected elsewhere.</summary>
    public const int ConnectedElsewhere = 4409;
}
