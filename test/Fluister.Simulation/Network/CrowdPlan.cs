using System.Text.Json;

namespace Fluister.Simulation.Network;

/// <summary>What a process of people is told when it starts, as a JSON file.</summary>
internal sealed record CrowdPlan
{
    /// <summary>The run's seed.</summary>
    public required int Seed { get; init; }

    /// <summary>Where the accounts' folders are made.</summary>
    public required string Accounts { get; init; }

    /// <summary>Where journals are written; each life has a file of its own.</summary>
    public required string Journals { get; init; }

    /// <summary>The process's name, which its journals have too.</summary>
    public required string Name { get; init; }

    /// <summary>Its people: the account's number, its home's number, how many devices.</summary>
    public required IReadOnlyList<PlannedPerson> People { get; init; }

    /// <summary>The invite of each server.</summary>
    public required IReadOnlyList<string> Invites { get; init; }

    /// <summary>The file of all people of the run, once they are registered.</summary>
    public required string PeopleFile { get; init; }

    /// <summary>Messages that each device writes in a minute, on average.</summary>
    public required double PerMinute { get; init; }

    /// <summary>With how many others an account writes.</summary>
    public required int Correspondents { get; init; }

    /// <summary>Reads it.</summary>
    public static CrowdPlan Read(string path) => JsonSerializer.Deserialize<CrowdPlan>(File.ReadAllBytes(path))!;

    /// <summary>Writes it.</summary>
    public void Write(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this));
}

/// <summary>An account before it is registered.</summary>
/// <param name="Account">Its number in the run.</param>
/// <param name="Server">Its home's number.</param>
/// <param name="Devices">1, or 2 with a linked one.</param>
/// <param name="IsLight">Whether its device is a light one.</param>
internal sealed record PlannedPerson(int Account, int Server, int Devices, bool IsLight);
