namespace Fluister.Tests.Exports;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("fluister-test-").FullName;

    internal string In(params string[] names) => System.IO.Path.Combine([Path, .. names]);

    /// <summary>Everything below it, with "/", sorted.</summary>
    internal string[] Entries() =>
        [.. Directory.EnumerateFileSystemEntries(Path, "*", SearchOption.AllDirectories)
            .Select(e => System.IO.Path.GetRelativePath(Path, e).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
