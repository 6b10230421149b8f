using System.Text.Json;

namespace Fluister.NotForking.Commands;

/// <summary>What was written for one NAME.</summary>
/// <param name="Name">NAME.</param>
/// <param name="Version">The version, if it has a name.</param>
/// <param name="Commit">The commit, where there is one.</param>
/// <param name="Folder">Where the tree is.</param>
/// <param name="Files">How many files it has.</param>
/// <param name="Modifications">How many modification files held.</param>
/// <param name="Changed">How many files they changed.</param>
internal sealed record InstallResult(
    string Name, string? Version, string? Commit, string Folder, int Files, int Modifications, int Changed)
{
    /// <summary>One JSON object on a line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json.Options);

    /// <inheritdoc/>
    public override string ToString()
    {
        var commit = Commit is { Length: > 12 } ? $" ({Commit[..12]})" : "";
        return $"{Name} {Version ?? "without a version"}{commit}: {Files} files in {Folder}, " +
            $"{Changed} of them changed by {Modifications} modifications";
    }
}
