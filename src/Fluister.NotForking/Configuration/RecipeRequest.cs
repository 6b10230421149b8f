namespace Fluister.NotForking.Configuration;

/// <summary>What decides the conditions of a recipe.</summary>
/// <param name="Version">The version that is asked for; null: the latest, of which only ">" and ">=" hold.</param>
/// <param name="IsLocked">Whether upstream.lock is read instead of upstream.conf, where there is one.</param>
public sealed record RecipeRequest(string? Version = null, bool IsLocked = false)
{
    /// <summary>The operating system as the old language names it: "linux", "netbsd".</summary>
    public string OsName { get; init; } = OperatingSystem.IsLinux() ? "linux" : Environment.OSVersion.Platform.ToString();
}
