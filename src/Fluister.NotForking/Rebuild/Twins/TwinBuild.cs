using Fluister.NotForking.Rebuild.Comparison;
using Fluister.NotForking.Rebuild.Documents;
using Fluister.NotForking.Rebuild.Images;

namespace Fluister.NotForking.Rebuild.Twins;

/// <summary>Two builds of the same sources in surroundings that differ as much as this machine allows.</summary>
/// <param name="plant">A fault to put in.</param>
/// <param name="progress">Hears what is being done.</param>
internal sealed class TwinBuild(Plant plant, Action<string> progress) : IDisposable
{
    private readonly Scratch _scratch = new();
    private string? _mounted;

    /// <summary>In what the surroundings differed.</summary>
    public List<Variation> Variations { get; } = [];

    /// <summary>How many files were compared.</summary>
    public int Count { get; private set; }

    /// <summary>Builds twice.</summary>
    /// <returns>The differences.</returns>
    public IEnumerable<Difference> Compare(string checkout, bool isDirty, string only)
    {
        Umask.Set(Umask.Usual);
        Open(_scratch.Below());
        var first = First();
        var second = Second();

        // Both copies at once: a person may go on working in the checkout.
        var laid = _scratch.Below("laid");
        var source = new Checkout(checkout).CopyTo(first.Source, isDirty);
        var other = new Checkout(checkout).CopyTo(laid, isDirty);
        if ((source.Commit, source.Tree) != (other.Commit, other.Tree))
        {
            throw new NotForkException(ExitCode.Verification, "The checkout changed while it was copied; try again.");
        }

        Put(source.Folder);
        Put(laid);
        var tool = _scratch.Below("tool");
        CopyFolder(AppContext.BaseDirectory, tool);

        progress("the first time");
        first.Build(tool, source, only);

        var modules = Path.Combine("src", "Fluister.Engines", "llama", "node_modules");
        if (Directory.Exists(Path.Combine(first.Source, modules)))
        {
            CopyFolder(Path.Combine(first.Source, modules), Path.Combine(laid, modules));
        }

        if (Directory.Exists(ProgramImage.Cache))
        {
            CopyFolder(ProgramImage.Cache, second.Variables["FLUISTER_PACKAGES"]);
        }

        if (Environment.IsPrivilegedProcess && second.Wrapper.Contains("setpriv"))
        {
            Child.Run("chown", ["--recursive", "65534:65534", "--", laid, second.Folder], "/");
        }

        Mount(laid, second.Source);

        progress("the second time");
        second.Build(tool, source, only);

        var verification = new Verification(Path.Combine(first.Output, Sums.Name));
        Count = verification.Count;
        return verification.Compare(second.Output);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_mounted is not null)
        {
            // Lazily: what a build that failed has left running in it must not keep it there.
            var (program, option) = Environment.IsPrivilegedProcess ? ("umount", "-l") : ("fusermount", "-uz");
            Child.Run(program, [option, _mounted], "/");
        }

        _scratch.Dispose();
    }

    private Surroundings First()
    {
        var folder = _scratch.Make("a");
        Make(folder, "home", "tmp");
        var known = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LC_ALL"] = "C.UTF-8",
            ["TZ"] = "UTC",
            ["FLUISTER_PACKAGES"] = ProgramImage.Cache,
        };
        if (Directory.Exists(known))
        {
            // What was fetched before need not be fetched again; MSBuild takes this as a property.
            variables["RestoreAdditionalProjectSources"] = known;
        }

        return new Surroundings(folder, Path.Combine(folder, "source"), variables, Umask.Usual, []);
    }

    private Surroundings Second()
    {
        // A space, letters beyond ASCII, and another depth.
        var folder = _scratch.Make(Path.Combine("elders", "naïef pad"));
        Make(folder, "hömé", "tijdelijk", "out", "packages", "debian");
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["LC_ALL"] = "tr_TR.UTF-8",
            ["LANG"] = "tr_TR.UTF-8",
            ["TZ"] = "Asia/Kathmandu",
            ["HOME"] = "hömé",
            ["DOTNET_CLI_HOME"] = "hömé",
            ["TMPDIR"] = "tijdelijk",
            ["RestoreSources"] = _scratch.Below("a", "packages"),
            ["FLUISTER_PACKAGES"] = Path.Combine(folder, "debian"),
        };
        Vary("path", _scratch.Below("a"), folder);
        Vary("home", "home", "hömé");
        Vary("cache of packages", "filled from the network or this machine's", "filled from the first build's alone");
        Vary("locale", "C.UTF-8", "tr_TR.UTF-8");
        Vary("time zone", "UTC", "Asia/Kathmandu", Directory.Exists("/usr/share/zoneinfo/Asia")
            ? null : "this machine has no time zones (tzdata)");
        Vary("umask", "022", "027", OperatingSystem.IsWindows() ? "Windows has none" : null);

        List<string> wrapper = [];
        var isRoot = Environment.IsPrivilegedProcess && OperatingSystem.IsLinux();
        if (Vary("host name", Environment.MachineName, "elders", !isRoot ? "that takes root" : Missing("unshare", "hostname")))
        {
            wrapper.AddRange(["unshare", "--uts", "sh", "-c", """hostname "$0" && exec "$@" """, "elders"]);
        }

        if (Vary("user", Environment.UserName, "65534", !isRoot ? "that takes root" : Missing("setpriv")))
        {
            wrapper.AddRange(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
        }

        if (Vary("clock", "now", "400 days and an hour later", Missing("faketime")))
        {
            // -m: for programs of several threads; without it waits for a time may end at once.
            wrapper.AddRange(["faketime", "-m", "-f", "+9601h"]);
            variables["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        }

        return new Surroundings(folder, Path.Combine(folder, "bron"), variables, 0b000_010_111, wrapper);
    }

    private static string? Missing(params ReadOnlySpan<string> programs)
    {
        foreach (var program in programs)
        {
            if (!Child.Exists(program))
            {
                return $"`{program}` is missing";
            }
        }

        return null;
    }

    private bool Vary(string name, string first, string second, string? obstacle = null)
    {
        Variations.Add(obstacle is null ? new Variation(name, first, second) : new Variation(name, first, null, obstacle));
        return obstacle is null;
    }

    /// <summary>Lays the sources where they are built, in an order of files that changes each time one looks.</summary>
    private void Mount(string from, string to)
    {
        const string name = "order of files";
        var obstacle = Missing("disorderfs") ?? (File.Exists("/dev/fuse") ? null : "this machine has no /dev/fuse");
        if (obstacle is null)
        {
            Directory.CreateDirectory(to);
            try
            {
                Child.Run(
                    "disorderfs",
                    ["--quiet", "--shuffle-dirents=yes", $"--multi-user={(Environment.IsPrivilegedProcess ? "yes" : "no")}", from, to],
                        "/");
                _mounted = to;
                Vary(name, "as it is", "shuffled");
                return;
            }
            catch (NotForkException e)
            {
                Directory.Delete(to);
                obstacle = $"disorderfs could not be mounted: {e.Message.Split('\n')[^1]}";
            }
        }

        Vary(name, "", "", obstacle);
        Directory.Move(from, to);
    }

    /// <summary>Puts the fault into a copy of the sources.</summary>
    private void Put(string folder)
    {
        if (plant != Plant.None)
        {
            var value = plant == Plant.Clock ? "$([System.DateTime]::UtcNow.ToString(`o`))" : "$(MSBuildProjectDirectory)";
            File.WriteAllText(
                Path.Combine(folder, "Directory.Build.targets"),
                $"""<Project><ItemGroup><AssemblyMetadata Include="Planted" Value="{value}" /></ItemGroup></Project>""");
        }
    }

    private static void Make(string folder, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.Combine(folder, name));
        }
    }

    /// <summary>Lets another user in.</summary>
    private static void Open(string folder)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, Archives.ArchiveEntry.Executable);
        }
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var below in new DirectoryInfo(from).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .OrderBy(item => item.FullName, StringComparer.Ordinal))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, below.FullName));
            if (below is FileInfo { LinkTarget: null } file)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                file.CopyTo(target, overwrite: true);
            }
        }
    }
}
