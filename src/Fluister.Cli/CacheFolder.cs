namespace Fluister.Cli;

/// <summary>Where files lie that can be made again.</summary>
internal static class CacheFolder
{
    /// <summary>For what models wrote of digests; null for a person who has no folder at all.</summary>
    public static string? Digests => Path.Combine(Root(), "digests") is var folder && Path.IsPathFullyQualified(folder) ? folder : null;

    private static string Root()
    {
        // XDG Base Directory Specification: a relative path is to be ignored.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } own && Path.IsPathFullyQualified(own))
        {
            return Path.Combine(own, "fluister");
        }

        var place = OperatingSystem.IsWindows() ? Environment.SpecialFolder.LocalApplicationData : Environment.SpecialFolder.UserProfile;
        string[] below = OperatingSystem.IsWindows() ? ["Fluister", "cache"]
            : OperatingSystem.IsMacOS() ? ["Library", "Caches", "Fluister"] : [".cache", "fluister"];
        return Path.Combine([Environment.GetFolderPath(place, Environment.SpecialFolderOption.DoNotVerify), .. below]);
    }
}
