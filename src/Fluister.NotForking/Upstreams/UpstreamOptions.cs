namespace Fluister.NotForking.Upstreams;

/// <summary>How upstreams are reached.</summary>
/// <param name="Cache">The folder of the cache.</param>
/// <param name="IsOffline">Whether the network is forbidden.</param>
/// <param name="IsUpdating">Whether what is in the cache is brought up to date.</param>
/// <param name="Mirrors">Folders with sources that are taken in place of downloads: `--local-mirror`.</param>
public sealed record UpstreamOptions(string Cache, bool IsOffline, bool IsUpdating, IReadOnlyList<string> Mirrors)
{
    /// <summary>Hears one sentence about each thing that takes long.</summary>
    public Action<string> Report { get; init; } = static _ => { };

    /// <summary>Hears one sentence about each thing that a person should know.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Environment variables for the programs that are run, over those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
