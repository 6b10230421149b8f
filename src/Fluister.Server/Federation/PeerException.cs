namespace Fluister.Server.Federation;

/// <summary>Why a peer was not asked, or did not answer.</summary>
internal enum PeerError
{
    /// <summary>It is not reached, or breaks off, or takes too long.</summary>
    Unreachable,

    /// <summary>It asks for patience: too much, or it is busy, or has this server in quarantine.</summary>
    Busy,

    /// <summary>It refuses this server: blocked, unknown, or the clocks differ.</summary>
    Refused,

    /// <summary>It shows another key or certificate than its descriptor names.</summary>
    Untrusted,

    /// <summary>Its answer cannot be read, or is too large.</summary>
    Malformed,
}

/// <summary>A peer did not do as it was asked. The message is for operators: it names the peer's domain and what helps, and no
/// account.</summary>
internal sealed class PeerException(PeerError error, string message, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public PeerError Error => error;

    /// <summary>When to ask again, where the peer says so.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>Whether it is this very request that the peer does not take, while it may take others.</summary>
    public bool IsOfRequest { get; init; }
}
