namespace Fluister.Server.Federation;

/// <summary>What the operator lets a peer do.</summary>
internal enum PeerState
{
    /// <summary>Nothing, and nothing is kept for it.</summary>
    Block = 0,

    /// <summary>Nothing for now: what there is waits on both sides, and nothing is lost.</summary>
    Quarantine = 1,

    /// <summary>Everything, slowly.</summary>
    Limit = 2,

    /// <summary>Everything.</summary>
    Allow = 3,
}
