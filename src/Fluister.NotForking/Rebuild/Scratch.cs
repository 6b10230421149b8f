namespace Fluister.NotForking.Rebuild;

/// <summary>A folder for the time of a run.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-build-").FullName;

    /// <summary>A path in it.</summary>
    public string Below(params ReadOnlySpan<string> names) => Path.Combine([_folder, .. names]);

    /// <summary>A folder in it.</summary>
    public string Make(string name) => Directory.CreateDirectory(Below(name)).FullName;

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
