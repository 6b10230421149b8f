using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

public sealed class ProfileLocationsTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("fluister-home-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void Every_Linux_package_is_found_its_own_first()
    {
        Profile(".config", "Signal");
        Profile(".config", "Signal Beta");
        Profile(".var", "app", "org.signal.Signal", "config", "Signal");
        Profile("snap", "signal-desktop", "current", ".config", "Signal");
        var found = ProfileLocations.Find(new(DesktopPlatform.Linux, _home, _ => null));
        Assert.Equal(
            [
                new(Path.Combine(_home, ".config", "Signal"), ProfileFlavor.Signal),
                new(Path.Combine(_home, ".config", "Signal Beta"), ProfileFlavor.Beta),
                new(Path.Combine(_home, ".var/app/org.signal.Signal/config/Signal"), ProfileFlavor.Flatpak),
                new(Path.Combine(_home, "snap/signal-desktop/current/.config/Signal"), ProfileFlavor.Snap),
            ],
            found);
    }

    [Fact]
    public void A_folder_without_a_store_or_a_config_is_none()
    {
        Profile(".config", "Signal");
        File.Delete(Path.Combine(_home, ".config", "Signal", "config.json"));
        Profile(".config", "Signal Beta");
        File.Delete(Path.Combine(_home, ".config", "Signal Beta", "sql", "db.sqlite"));
        Assert.Empty(ProfileLocations.Find(new(DesktopPlatform.Linux, _home, _ => null)));
    }

    [Theory]
    [InlineData(DesktopPlatform.Linux, "XDG_CONFIG_HOME")]
    [InlineData(DesktopPlatform.Windows, "APPDATA")]
    public void The_systems_variable_moves_the_folder(DesktopPlatform platform, string variable)
    {
        Profile("elsewhere", "Signal");
        var surroundings = new DesktopSurroundings(platform, _home, name => name == variable ? Path.Combine(_home, "elsewhere") : null);
        Assert.Equal([new(Path.Combine(_home, "elsewhere", "Signal"), ProfileFlavor.Signal)], ProfileLocations.Find(surroundings));
    }

    [Fact]
    public void A_relative_XDG_CONFIG_HOME_is_ignored()
    {
        Profile(".config", "Signal");
        var found = ProfileLocations.Find(new(DesktopPlatform.Linux, _home, _ => "relative"));
        Assert.Equal([new(Path.Combine(_home, ".config", "Signal"), ProfileFlavor.Signal)], found);
    }

    [Theory]
    [InlineData(DesktopPlatform.MacOS, "Library/Application Support/Signal")]
    [InlineData(DesktopPlatform.Windows, "AppData/Roaming/Signal")]
    public void Other_systems_have_their_own_folder(DesktopPlatform platform, string folder)
    {
        Profile(folder.Split('/'));
        var found = ProfileLocations.Find(new(platform, _home, _ => null));
        Assert.Equal([new(Path.Combine([_home, .. folder.Split('/')]), ProfileFlavor.Signal)], found);
    }

    private void Profile(params string[] names)
    {
        var folder = Path.Combine([_home, .. names]);
        Directory.CreateDirectory(Path.Combine(folder, "sql"));
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "sql", "db.sqlite"), "");
    }
}
