namespace Fluister.Simulation.Network;

/// <summary>What a run of the network is made of.</summary>
internal sealed record NetworkOptions
{
    /// <summary>Home servers.</summary>
    public required int Servers { get; init; }

    /// <summary>Accounts, spread over the servers.</summary>
    public required int Accounts { get; init; }

    /// <summary>How long everybody writes.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Faults in that time.</summary>
    public required int Faults { get; init; }

    /// <summary>Decides load, faults and times.</summary>
    public required int Seed { get; init; }

    /// <summary>Messages in a second that all of them write together, on average.</summary>
    public required double Rate { get; init; }

    /// <summary>The share of the accounts that has a linked device, in percent.</summary>
    public int LinkedPercent { get; init; } = 10;

    /// <summary>The share of the accounts that is light, in percent.</summary>
    public int LightPercent { get; init; }

    /// <summary>Accounts in a process of people.</summary>
    public int PerProcess { get; init; } = 84;

    /// <summary>Accounts in each of the small processes that are killed most often.</summary>
    public int PerVictim { get; init; } = 4;

    /// <summary>With how many others an account writes.</summary>
    public int Correspondents { get; init; } = 6;

    /// <summary>How long what was sent may take to arrive, once the faults have ended.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The folder of another build of the server, which every second server runs; none where all run this one.</summary>
    public string? Other { get; init; }

    /// <summary>Where the report is written.</summary>
    public required string Out { get; init; }

    /// <summary>Whether the run's folder stays: stores, journals, logs.</summary>
    public bool Keep { get; init; }
}
