using System.Diagnostics;

namespace Fluister.Tests.House;

/// <summary>The tracked files of this checkout, as git lists them.</summary>
internal static class Repository
{
    private static readonly Lazy<IReadOnlyList<TrackedFile>> Tracked = new(List);

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<TrackedFile> Files => Tracked.Value;

    public static IEnumerable<TrackedFile> Texts => Files.Where(file => !file.IsBinary);

    public static TrackedFile File(string path) => Files.Single(file => file.Path == path);

    public static bool Has(string path) => Files.Any(file => file.Path == path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Fluister.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("The tests do not lie in a checkout: no folder above them has Fluister.slnx.");
    }

    private static List<TrackedFile> List()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-c", "safe.directory=*", "ls-files", "-z"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        })!;
        var paths = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        Assert.NotEmpty(paths);
        // A file that was deleted and not yet committed so is no longer looked at.
        return [.. paths.Select(path => new TrackedFile(path)).Where(file => System.IO.File.Exists(file.FullPath))];
    }
}

/// <summary>A tracked file.</summary>
/// <param name="Path">From the root, with '/'.</param>
internal sealed record TrackedFile(string Path)
{
    private readonly Lazy<string> _text = new(() => System.IO.File.ReadAllText(System.IO.Path.Combine(Repository.Root, Path)));

    public string FullPath => System.IO.Path.Combine(Repository.Root, Path);

    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>From the root, "" for the root.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    public string Text => _text.Value;

    public bool IsBinary => Text.Contains('\0', StringComparison.Ordinal);

    /// <summary>What a test writes and compares with, not what people read.</summary>
    public bool IsGolden => Path.Contains("/golden/", StringComparison.Ordinal);
}
