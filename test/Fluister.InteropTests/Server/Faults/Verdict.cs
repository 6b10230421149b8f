namespace Fluister.InteropTests.Server.Faults;

/// <summary>What the <see cref="Checker"/> found. Each list must be empty; the counts are for people.</summary>
internal sealed record Verdict
{
    /// <summary>Accepted, and never received by a device it was for in such a way that the device would acknowledge it.</summary>
    public required IReadOnlyList<string> Lost { get; init; }

    /// <summary>Refused, and received all the same.</summary>
    public required IReadOnlyList<string> RefusedAndReceived { get; init; }

    /// <summary>Received twice over one connection, or on one that was opened after its acknowledgement was known to be taken.</summary>
    public required IReadOnlyList<string> Duplicated { get; init; }

    /// <summary>Received for the first time after a later one of the same sender's connection, both of them accepted.</summary>
    public required IReadOnlyList<string> Disordered { get; init; }

    /// <summary>Never sent to this device, or not like this.</summary>
    public required IReadOnlyList<string> Invented { get; init; }

    /// <summary>Messages that the server answered for.</summary>
    public required int Accepted { get; init; }

    /// <summary>Messages that it refused.</summary>
    public required int Refused { get; init; }

    /// <summary>Messages without an answer.</summary>
    public required int Unknown { get; init; }

    /// <summary>Those of them that were received.</summary>
    public required int UnknownAndReceived { get; init; }

    /// <summary>Receptions again before an acknowledgement was known to be taken, which is allowed.</summary>
    public required int Again { get; init; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool IsClean => Lost.Count + RefusedAndReceived.Count + Duplicated.Count + Disordered.Count + Invented.Count == 0;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Accepted} accepted, {Refused} refused, {Unknown} unknown ({UnknownAndReceived} of them received), {Again} again;"
        + Some("lost", Lost) + Some("refused and received", RefusedAndReceived) + Some("duplicated", Duplicated)
        + Some("disordered", Disordered) + Some("invented", Invented);

    private static string Some(string what, IReadOnlyList<string> which) =>
        which.Count == 0 ? $" 0 {what}" : $" {which.Count} {what}: {string.Join(", ", which.Take(9))};";
}
