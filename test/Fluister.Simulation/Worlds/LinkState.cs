namespace Fluister.Simulation.Worlds;

/// <summary>The way from one server to another, as it is now.</summary>
internal sealed class LinkState
{
    /// <summary>Nothing goes this way: neither requests, nor answers to what came the other way.</summary>
    public bool IsCut { get; set; }

    /// <summary>Whether what goes into a cut link is swallowed, and its sender waits; otherwise it is told at once.</summary>
    public bool IsSilent { get; set; }

    /// <summary>The longest that anything takes.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(40);

    /// <summary>How many of a hundred do not arrive.</summary>
    public double Loss { get; set; }

    /// <summary>How many of a hundred requests arrive twice.</summary>
    public double Twice { get; set; }
}
