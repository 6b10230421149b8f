using Fluister.Server.Operations;

namespace Fluister.Server.Blobs;

/// <summary>The files of the cache: whole ones by name, and in a folder of their own those on their way. What fails is none, or stays until
/// the next start.</summary>
internal sealed class BlobFiles(string folder)
{
    private const int Shard = 2;
    private const string Parts = "parts";

    /// <summary>Removes what was on its way when the program ended; gives the whole files, the oldest first. A folder that cannot be read
    /// is an empty one.</summary>
    public IReadOnlyList<(string Name, long Length, DateTimeOffset Fetched)> TakeOver()
    {
        List<(string, long, DateTimeOffset)> found = [];
        Try(() =>
        {
            var parts = Path.Combine(folder, Parts);
            if (Directory.Exists(parts))
            {
                Directory.Delete(parts, recursive: true);
            }

            Directory.CreateDirectory(parts);
            found.AddRange(new DirectoryInfo(folder).EnumerateDirectories().Where(shard => shard.Name.Length == Shard)
                .SelectMany(shard => shard.EnumerateFiles()).OrderBy(file => file.LastWriteTimeUtc)
                .Select(file => (file.Name, file.Length, new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero))));
        });
        return found;
    }

    /// <summary>Whether so many bytes fit and the disk keeps so many free.</summary>
    public bool HasRoom(long bytes, long reserve) =>
        Try(() => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace, out var free) && free - bytes > reserve;

    /// <summary>Opens a whole file; it can be read to its end, even where it goes meanwhile. Or none.</summary>
    public FileStream? Open(string name)
    {
        Try(
            () => new FileStream(Whole(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0),
            out var stream);
        return stream;
    }

    /// <summary>Makes a file on its way; or none.</summary>
    public FileStream? Create(string name)
    {
        Try(() => DataFolder.Create(Part(name)), out var stream);
        return stream;
    }

    /// <summary>Gives a file that is all there its name.</summary>
    public bool Name(string name, DateTimeOffset fetched) => Try(() =>
    {
        File.SetLastWriteTimeUtc(Part(name), fetched.UtcDateTime);
        Directory.CreateDirectory(Path.GetDirectoryName(Whole(name))!);
        File.Move(Part(name), Whole(name), overwrite: true);
    });

    /// <summary>Removes a whole file.</summary>
    public void Remove(string name) => Try(() => File.Delete(Whole(name)));

    /// <summary>Removes a file on its way.</summary>
    public void RemovePart(string name) => Try(() => File.Delete(Part(name)));

    private static bool Try(Action work) => Try(
        () =>
        {
            work();
            return true;
        },
        out _);

    private static bool Try<T>(Func<T> work, out T? result)
    {
        try
        {
            result = work();
            return true;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            result = default;
            return false;
        }
    }

    private string Part(string name) => Path.Combine(folder, Parts, name);

    private string Whole(string name) => Path.Combine(folder, name[..Shard], name);
}
