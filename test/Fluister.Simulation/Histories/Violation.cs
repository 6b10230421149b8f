namespace Fluister.Simulation.Histories;

/// <summary>A message of which a device did not get what was promised.</summary>
/// <param name="Id">The message.</param>
/// <param name="Device">The device.</param>
/// <param name="At">The place in the history where it shows; for what never came, where it was answered for.</param>
internal sealed record Violation(string Id, DeviceName Device, int At)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Id} to {Device}";
}
