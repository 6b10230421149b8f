namespace Fluister.Simulation.Network;

/// <summary>What the devices of one process share.</summary>
/// <param name="Journal">Where this life notes everything.</param>
/// <param name="Ledger">What all its lives noted.</param>
internal sealed record CrowdScene(Journal Journal, Ledger Ledger)
{
    /// <summary>Everybody, once everybody is registered.</summary>
    public IReadOnlyList<Person> People { get; set; } = [];
}
