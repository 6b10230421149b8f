namespace Fluister.Protocol.Sessions;

/// <summary>What a session must be, beyond being there, to be used for sending.</summary>
[Flags]
public enum SessionRequirements
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>Answered, begun by the peer, or not older than <see cref="Limits.UnacknowledgedSession"/>.</summary>
    NotStale = 1,

    /// <summary>Begun with a post-quantum handshake.</summary>
    EstablishedWithPqxdh = 2,

    /// <summary>With a post-quantum ratchet.</summary>
    Spqr = 4,

    /// <summary>All of them: what a client asks before it sends.</summary>
    All = NotStale | EstablishedWithPqxdh | Spqr,
}
