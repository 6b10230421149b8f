namespace Fluister.Archive.SignalDesktop;

/// <summary>How Signal Desktop was installed.</summary>
public enum ProfileFlavor
{
    /// <summary>Signal's own package.</summary>
    Signal,

    /// <summary>Signal's own package of the beta, which keeps a profile of its own.</summary>
    Beta,

    /// <summary>From Flathub.</summary>
    Flatpak,

    /// <summary>From the Snap store.</summary>
    Snap,
}

/// <summary>A folder that holds a Signal Desktop profile.</summary>
/// <param name="Path">Absolute path of the folder with config.json and sql/db.sqlite.</param>
/// <param name="Flavor">How the program that owns it was installed.</param>
public sealed record ProfileLocation(string Path, ProfileFlavor Flavor);

/// <summary>The operating systems that Signal Desktop runs on.</summary>
public enum DesktopPlatform
{
    /// <summary>Linux, and whatever else follows the XDG folders.</summary>
    Linux,

    /// <summary>macOS.</summary>
    MacOS,

    /// <summary>Windows.</summary>
    Windows,
}

/// <summary>What of this computer decides where a profile lies; a parameter, so that any computer can be described.</summary>
/// <param name="Platform">Operating system.</param>
/// <param name="Home">The person's home folder.</param>
/// <param name="Variable">Value of an environment variable; null where it is not set.</param>
public sealed record DesktopSurroundings(DesktopPlatform Platform, string Home, Func<string, string?> Variable)
{
    /// <summary>This computer and the person who runs the program.</summary>
    public static DesktopSurroundings Current => new(
        OperatingSystem.IsWindows() ? DesktopPlatform.Windows : OperatingSystem.IsMacOS() ? DesktopPlatform.MacOS : DesktopPlatform.Linux,
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
        Environment.GetEnvironmentVariable);
}

/// <summary>Where Signal Desktop keeps its profiles.</summary>
public static class ProfileLocations
{
    /// <summary>Profiles on this computer, Signal's own package first.</summary>
    public static IReadOnlyList<ProfileLocation> Find() => Find(DesktopSurroundings.Current);

    /// <summary>The default folders that hold both config.json and sql/db.sqlite, Signal's own package first.</summary>
    public static IReadOnlyList<ProfileLocation> Find(DesktopSurroundings surroundings) =>
        [.. Candidates(surroundings).Where(location => IsProfile(location.Path))];

    /// <summary>The default folders, whether they exist or not: what a message says was looked at.</summary>
    public static IReadOnlyList<ProfileLocation> Candidates(DesktopSurroundings surroundings)
    {
        var (platform, home, variable) = surroundings;
        // Electron's app.getPath("userData"): XDG_CONFIG_HOME or ~/.config, ~/Library/Application Support, %APPDATA%.
        var settings = platform switch
        {
            DesktopPlatform.Windows => Absolute(variable("APPDATA")) ?? Path.Combine(home, "AppData", "Roaming"),
            DesktopPlatform.MacOS => Path.Combine(home, "Library", "Application Support"),
            _ => Absolute(variable("XDG_CONFIG_HOME")) ?? Path.Combine(home, ".config"),
        };
        List<ProfileLocation> found =
        [
            new(Path.Combine(settings, "Signal"), ProfileFlavor.Signal),
            new(Path.Combine(settings, "Signal Beta"), ProfileFlavor.Beta),
        ];
        if (platform == DesktopPlatform.Linux)
        {
            found.Add(new(Path.Combine(home, ".var", "app", "org.signal.Signal", "config", "Signal"), ProfileFlavor.Flatpak));
            found.Add(new(Path.Combine(home, "snap", "signal-desktop", "current", ".config", "Signal"), ProfileFlavor.Snap));
        }

        return found;
    }

    /// <summary>True where the folder holds config.json and sql/db.sqlite.</summary>
    public static bool IsProfile(string folder) =>
        File.Exists(Path.Combine(folder, "config.json")) && File.Exists(Path.Combine(folder, "sql", "db.sqlite"));

    // The XDG Base Directory specification: a path that is not absolute is invalid and ignored.
    private static string? Absolute(string? path) => Path.IsPathFullyQualified(path ?? "") ? path : null;
}
