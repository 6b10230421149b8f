namespace Fluister.Simulation.Histories;

/// <summary>What the <see cref="Checker"/> found. Each list must be empty; the counts are for people.</summary>
internal sealed record Verdict
{
    /// <summary>Accepted, and never received by a device it was for in such a way that the device would acknowledge it.</summary>
    public required IReadOnlyList<Violation> Lost { get; init; }

    /// <summary>Lost because a server began anew from an old copy, and no server noticed.</summary>
    public required IReadOnlyList<Violation> LostUnnoticed { get; init; }

    /// <summary>Refused, and received all the same.</summary>
    public required IReadOnlyList<Violation> RefusedAndReceived { get; init; }

    /// <summary>Received twice over one connection, or on one that was opened after its acknowledgement was on the disk.</summary>
    public required IReadOnlyList<Violation> Duplicated { get; init; }

    /// <summary>Received for the first time after a message that its sender began to send when this one was answered for.</summary>
    public required IReadOnlyList<Violation> Disordered { get; init; }

    /// <summary>Said to be somebody else's, or received by a device that it was not for.</summary>
    public required IReadOnlyList<Violation> Misattributed { get; init; }

    /// <summary>Never sent, or not like this.</summary>
    public required IReadOnlyList<Violation> Invented { get; init; }

    /// <summary>Messages that a server answered for.</summary>
    public required int Accepted { get; init; }

    /// <summary>Messages that it refused.</summary>
    public required int Refused { get; init; }

    /// <summary>Messages without an answer.</summary>
    public required int Unknown { get; init; }

    /// <summary>Those of them that were received.</summary>
    public required int UnknownAndReceived { get; init; }

    /// <summary>Messages as devices have them: each counted once for each device.</summary>
    public required int Deliveries { get; init; }

    /// <summary>Receptions again before an acknowledgement was on the disk, which is allowed.</summary>
    public required int Again { get; init; }

    /// <summary>Lost to an old copy, and noticed by a server, or by the operator who took the copy.</summary>
    public required int LostAndNoticed { get; init; }

    /// <summary>All that is wrong.</summary>
    public IEnumerable<Violation> Violations =>
        [.. Lost, .. LostUnnoticed, .. RefusedAndReceived, .. Duplicated, .. Disordered, .. Misattributed, .. Invented];

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean => !Violations.Any();

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Accepted} accepted, {Refused} refused, {Unknown} unknown ({UnknownAndReceived} of them received), {Deliveries} deliveries, "
        + $"{Again} again{(LostAndNoticed > 0 ? $", {LostAndNoticed} lost to an old copy and noticed" : "")};"
        + Some("lost", Lost) + Some("lost and not noticed", LostUnnoticed) + Some("refused and received", RefusedAndReceived)
        + Some("duplicated", Duplicated) + Some("out of order", Disordered) + Some("misattributed", Misattributed)
        + Some("invented", Invented);

    private static string Some(string what, IReadOnlyList<Violation> which) =>
        which.Count == 0 ? $" 0 {what};" : $" {which.Count} {what}: {string.Join(", ", which.Take(9))};";
}
