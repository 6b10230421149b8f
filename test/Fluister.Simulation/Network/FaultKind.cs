namespace Fluister.Simulation.Network;

/// <summary>What is done to a run.</summary>
internal enum FaultKind
{
    /// <summary>A server's process is killed, and started again after a while.</summary>
    ServerKilled,

    /// <summary>A server's process is held for a while.</summary>
    ServerPaused,

    /// <summary>Two servers are cut off from each other, one way or both, told of it or not.</summary>
    ServersCut,

    /// <summary>All connections between two servers are broken off once.</summary>
    ConnectionsBroken,

    /// <summary>A process of people is killed at any time, and started again.</summary>
    PeopleKilled,

    /// <summary>A process of people ends itself between a deed and its note, and is started again.</summary>
    PeopleEndedAtPoint,

    /// <summary>One device closes its client, and opens it again after a while.</summary>
    DeviceAway,
}
