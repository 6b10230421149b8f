namespace Fluister.Simulation.Worlds;

/// <summary>What a world is made of, besides its seed.</summary>
internal sealed record WorldOptions
{
    /// <summary>Home servers.</summary>
    public int Servers { get; init; } = 2;

    /// <summary>Accounts at the start.</summary>
    public int Accounts { get; init; } = 6;

    /// <summary>Things that happen before all is mended.</summary>
    public int Steps { get; init; } = 120;

    /// <summary>Of a hundred things that happen, so many are faults.</summary>
    public double Faults { get; init; } = 12;

    /// <summary>Whether a server may begin anew from an old copy: then what it has lost must have been noticed.</summary>
    public bool RollsBack { get; init; }

    /// <summary>Of a hundred answers, so many are not heard.</summary>
    public double Unheard { get; init; } = 2;

    /// <summary>Of a hundred messages that come, so many are not acknowledged.</summary>
    public double Unacknowledged { get; init; } = 6;
}
