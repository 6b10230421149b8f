namespace Fluister.Simulation.Histories;

/// <summary>What a sender knows of a message.</summary>
internal enum Outcome
{
    /// <summary>No answer came: it may have been taken or not.</summary>
    Unknown,

    /// <summary>The server has answered for it.</summary>
    Accepted,

    /// <summary>The server has said that it did not take it.</summary>
    Refused,
}
