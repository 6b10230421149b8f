namespace Fluister.Simulation.Histories;

/// <summary>A device as a history names it. One that draws another registration id is another device.</summary>
/// <param name="Server">Its home server's name.</param>
/// <param name="Account">Its account's name.</param>
/// <param name="Device">Its number: 1 for the primary.</param>
/// <param name="Registration">Tells devices with one number apart, of which the later took the place of the earlier.</param>
internal readonly record struct DeviceName(string Server, string Account, int Device, int Registration = 0)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Account}.{Device}{(Registration == 0 ? "" : $"'{Registration}")}@{Server}";
}
