namespace Fluister.Simulation.Network;

/// <summary>What the judge found.</summary>
internal sealed record Verdict
{
    /// <summary>Taken by a client, and not at each device that it was for.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>At a device more than once.</summary>
    public required IReadOnlyList<string> Duplicated { get; init; }

    /// <summary>At a device after a later one of the same sender and conversation.</summary>
    public required IReadOnlyList<string> Reordered { get; init; }

    /// <summary>Shown as another's, in another conversation, with another text, or never sent.</summary>
    public required IReadOnlyList<string> Misattributed { get; init; }

    /// <summary>Given up by the sender's client, and yet there.</summary>
    public required IReadOnlyList<string> RefusedAndReceived { get; init; }

    /// <summary>Messages that clients took.</summary>
    public required int Kept { get; init; }

    /// <summary>Of these, those between accounts of different servers.</summary>
    public required int Across { get; init; }

    /// <summary>Copies that had to be at devices, and were.</summary>
    public required int Deliveries { get; init; }

    /// <summary>Messages that a client gave up, and said so.</summary>
    public required int Refused { get; init; }

    /// <summary>Messages of which a killed process did not note whether its client took them, and whose client did not.</summary>
    public required int Unknown { get; init; }

    /// <summary>Copies that were in a store, though their device was killed before it could note them.</summary>
    public required int FoundAfterKill { get; init; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean =>
        Lost.Count + Duplicated.Count + Reordered.Count + Misattributed.Count + RefusedAndReceived.Count == 0;
}
