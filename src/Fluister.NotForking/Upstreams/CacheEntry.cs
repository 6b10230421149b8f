using System.Security.Cryptography;
using System.Text;

namespace Fluister.NotForking.Upstreams;

/// <summary>One folder of the cache, held against other runs (of either tool: flock on its `index`) until it is disposed.</summary>
/// <remarks>Within one process an entry may be held more than once: two blocks may share a repository.</remarks>
internal sealed class CacheEntry : IDisposable
{
    private static readonly Lock Guard = new();
    private static readonly Dictionary<string, (FileStream Lock, int Holders)> Held = new(StringComparer.Ordinal);
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(50);
    private bool _isDisposed;

    private CacheEntry(string folder) => Folder = folder;

    /// <summary>The folder, with a full path.</summary>
    public string Folder { get; }

    /// <summary>The name of an entry: 32 hex digits out of the middle of SHA-512.</summary>
    public static string Hash(string index) => Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(index))).Substring(42, 32);

    /// <summary>Takes an entry, and makes it where it is missing; waits while another run holds it.</summary>
    /// <param name="cache">The folder of the cache.</param>
    /// <param name="index">What names the entry: a URL, with its branch.</param>
    /// <param name="report">Hears of waiting.</param>
    /// <exception cref="NotForkException">The folder is not an entry of that name.</exception>
    public static CacheEntry Take(string cache, string index, Action<string> report)
    {
        var folder = Path.Combine(Path.GetFullPath(cache), Hash(index));
        lock (Guard)
        {
            if (Held.TryGetValue(folder, out var held))
            {
                Held[folder] = held with { Holders = held.Holders + 1 };
                return new CacheEntry(folder);
            }

            var file = Lock(folder, index, report);
            try
            {
                Check(file, folder, index);
            }
            catch
            {
                file.Dispose();
                throw;
            }

            Held.Add(folder, (file, 1));
            return new CacheEntry(folder);
        }
    }

    /// <summary>Deletes an entry, once no other run holds it.</summary>
    public static void Remove(string folder, string index, Action<string> report)
    {
        // Under another name first: a run that waits for the entry makes it anew, and must not find half of it.
        var gone = folder + ".tmp";
        using var file = Lock(Path.GetFullPath(folder), index, report);
        Delete(gone);
        Directory.Move(folder, gone);
        Delete(gone);
    }

    /// <summary>A path in the entry.</summary>
    public string At(string name) => Path.Combine(Folder, name);

    /// <summary>Deletes what runs that were killed left: everything named `*.tmp`.</summary>
    public void Sweep() => Sweep(Folder);

    /// <summary>Deletes everything named `*.tmp` in a folder.</summary>
    public static void Sweep(string folder)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*.tmp"))
        {
            Delete(path);
        }
    }

    /// <summary>Deletes a file, link or folder, if it is there; never through a link.</summary>
    public static void Delete(string path)
    {
        if (new FileInfo(path) is var file && (file.Exists || file.LinkTarget is not null))
        {
            file.Delete();
        }
        else if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Guard)
        {
            if (_isDisposed || !Held.TryGetValue(Folder, out var held))
            {
                return;
            }

            _isDisposed = true;
            if (held.Holders > 1)
            {
                Held[Folder] = held with { Holders = held.Holders - 1 };
                return;
            }

            Held.Remove(Folder);
            held.Lock.Dispose();
        }
    }

    private static void MakePrivate(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NotForkException(ExitCode.Fetch, $"The cache \"{folder}\" cannot be made: {e.Message}", inner: e);
        }
    }

    /// <summary>Holds the index of an entry, which is made where it is missing.</summary>
    private static FileStream Lock(string folder, string index, Action<string> report)
    {
        var file = Path.Combine(folder, "index");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                MakePrivate(folder);
                var held = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                if (IsThere(held, folder))
                {
                    return held;
                }

                // Somebody removed the entry while this run waited for it.
                held.Dispose();
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && File.Exists(file))
            {
                // Who only looks into the index lets go at once.
                if (attempt == 1)
                {
                    report($"Waiting for another run that holds the cache of {index}.");
                }

                Thread.Sleep(Wait);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new NotForkException(ExitCode.Fetch, $"The cache's \"{file}\" cannot be opened: {e.Message}", inner: e);
            }
        }
    }

    /// <summary>Whether a file that was opened still lies in the entry, and is not one that somebody removed with its folder.</summary>
    private static bool IsThere(FileStream file, string folder) => !OperatingSystem.IsLinux() ||
        new FileInfo($"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}").LinkTarget is not { } target ||
        target.EndsWith($"/{Path.GetFileName(folder)}/index", StringComparison.Ordinal);

    private static void Check(FileStream file, string folder, string index)
    {
        using var reader = new StreamReader(file, Encoding.UTF8, false, -1, leaveOpen: true);
        var first = reader.ReadLine();
        if (first is null && Directory.EnumerateFileSystemEntries(folder).Skip(1).Any())
        {
            throw new NotForkException(
                ExitCode.Fetch, $"The cache's \"{folder}/index\" is empty but there is more beside it; delete that folder.");
        }

        if (first is null)
        {
            file.Write(Encoding.UTF8.GetBytes(index + "\n"));
            file.Flush(flushToDisk: true);
        }
        else if (first != index)
        {
            throw new NotForkException(
                ExitCode.Fetch, $"The cache's \"{folder}\" is of \"{first}\", not of \"{index}\"; delete that folder.");
        }
    }
}
