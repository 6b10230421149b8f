using System.Globalization;

namespace Fluister.Server.Attachments;

/// <summary>Attachments as files, each under its key; what is not complete has its full length in its name. There is no other
/// record.</summary>
/// <remarks>A file appears under its key when all of it is on the disk, and not before.</remarks>
internal sealed class AttachmentFiles(string folder, TimeProvider time)
{
    private const string Part = ".part";
    private const int Shard = 2;

    /// <summary>Whether there is room for so many bytes more.</summary>
    public bool HasRoom(long bytes)
    {
        Directory.CreateDirectory(folder);
        return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace - bytes > ServerLimits.DiskReserve;
    }

    /// <summary>A complete attachment's file, or none.</summary>
    public FileInfo? Find(string key) => IsKey(key) && new FileInfo(In(key)) is { Exists: true } file ? file : null;

    /// <summary>How far an upload is, and how long it will be; or none.</summary>
    public (long Offset, long Length)? Progress(string key) =>
        !IsKey(key) ? null
        : Find(key) is { } whole ? (whole.Length, whole.Length)
        : FindPart(key) is { } part ? (part.Length, Length(part.Name))
        : null;

    /// <summary>Begins an upload; what was there of it before is gone. False where it is complete already, or under way.</summary>
    public bool Begin(string key, long length)
    {
        if (!IsKey(key) || Find(key) is not null)
        {
            return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(In(key))!);
        try
        {
            // Only where nobody is writing to it. What is of the same length is emptied rather than replaced, so that no writer can ever
            // hold one file and give its name to another.
            var path = string.Create(CultureInfo.InvariantCulture, $"{In(key)}.{length}{Part}");
            if (FindPart(key) is { } before)
            {
                using var held = Open(before.FullName, FileMode.Open);
                held.SetLength(0);
                if (before.FullName == Path.GetFullPath(path))
                {
                    return true;
                }

                before.Delete();
            }

            Open(path, FileMode.CreateNew).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Opens an upload at its end, for this caller alone.</summary>
    /// <exception cref="IOException">Another is writing to it.</exception>
    public FileStream? Continue(string key)
    {
        if (!IsKey(key) || FindPart(key) is not { } part)
        {
            return null;
        }

        var stream = Open(part.FullName, FileMode.Open);
        stream.Seek(0, SeekOrigin.End);
        return stream;
    }

    /// <summary>Ends an upload whose bytes are all there: puts them on the disk, and gives them their name.</summary>
    public void Complete(string key, FileStream stream)
    {
        stream.Flush(flushToDisk: true);
        File.Move(stream.Name, In(key), overwrite: true);
    }

    /// <summary>Removes what has expired, and completes what had all its bytes when the machine went down.</summary>
    public void Sweep()
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        var now = time.GetUtcNow().UtcDateTime;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            var isPart = file.Name.EndsWith(Part, StringComparison.Ordinal);
            try
            {
                if (isPart && file.Length == Length(file.Name))
                {
                    using var stream = Open(file.FullName, FileMode.Open);
                    if (stream.Length != Length(file.Name))
                    {
                        continue;
                    }

                    Complete(file.Name[..file.Name.IndexOf('.', StringComparison.Ordinal)], stream);
                }
                else if (file.LastWriteTimeUtc < now - (isPart ? ServerLimits.UploadAge : ServerLimits.AttachmentAge))
                {
                    file.Delete();
                }
            }
            catch (IOException)
            {
                // Somebody is at work on it.
            }
        }
    }

    // An id as it is written: nothing that leads out of the folder.
    private static bool IsKey(string key) => Guid.TryParseExact(key, "D", out var id) && id.ToString() == key;

    private static long Length(string name) => long.Parse(name.Split('.')[1], CultureInfo.InvariantCulture);

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode == FileMode.CreateNew && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    private FileInfo? FindPart(string key) => new DirectoryInfo(Path.GetDirectoryName(In(key))!) is { Exists: true } shard
        ? shard.EnumerateFiles($"{key}.*{Part}").FirstOrDefault()
        : null;

    private string In(string key) => Path.Combine(folder, key[^Shard..], key);
}
