namespace Fluister.InteropTests.Client;

/// <summary>A file with a name, in a folder of its own.</summary>
internal sealed class TemporaryFile : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-file-").FullName;

    /// <summary>Writes it.</summary>
    public TemporaryFile(string name, byte[] bytes)
    {
        (Path, Bytes) = (System.IO.Path.Combine(_folder, name), bytes);
        File.WriteAllBytes(Path, bytes);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>What is in it.</summary>
    public byte[] Bytes { get; }

    /// <summary>Deletes it.</summary>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
