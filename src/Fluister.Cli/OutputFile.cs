using Fluister.Archive.Conversations;

namespace Fluister.Cli;

/// <summary>A file that appears when it is complete: written beside its place, synced, renamed; else removed.</summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private readonly bool _overwrite;
    private bool _isCommitted;

    /// <exception cref="ArchiveException">The file exists already and may not be replaced, or cannot be made.</exception>
    public OutputFile(string path, bool overwrite)
    {
        _path = Path.GetFullPath(path);
        _overwrite = overwrite;
        if (Directory.Exists(_path) || (File.Exists(_path) && !overwrite))
        {
            throw new ArchiveException(ArchiveError.Denied, $"{path} is there already. Name another file, or give --overwrite.");
        }

        var folder = Path.GetDirectoryName(_path)!;
        if (!Directory.Exists(folder))
        {
            throw new ArchiveException(ArchiveError.NotFound, $"There is no folder {folder} for {Path.GetFileName(_path)}. Make it first.");
        }

        _partial = Path.Combine(folder, $".{Path.GetFileName(_path)}.partial-{Path.GetRandomFileName()}");
        try
        {
            RemoveLeftovers();

            // For the owner only: Hardening set the mask. The share tells other runs that somebody is at it, and allows the renaming.
            Stream = new FileStream(_partial, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Where the content goes.</summary>
    public FileStream Stream { get; }

    /// <summary>Puts the finished file in its place.</summary>
    public void Commit()
    {
        Stream.Flush(flushToDisk: true);
        try
        {
            // Before it is closed: until then no other run takes it for a leftover.
            File.Move(_partial, _path, _overwrite);
        }
        catch (IOException e) when (!_overwrite && File.Exists(_path))
        {
            throw new ArchiveException(ArchiveError.Denied, $"{_path} appeared meanwhile. Name another file, or give --overwrite.", e);
        }

        _isCommitted = true;
        Stream.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Stream.Dispose();
        }
        catch (Exception e) when (!_isCommitted && e is IOException or ArgumentOutOfRangeException)
        {
            // The disk is full or the file too large for it: the file goes anyway.
        }

        if (!_isCommitted)
        {
            File.Delete(_partial);
        }
    }

    /// <summary>Removes what runs that were killed left of this file.</summary>
    private void RemoveLeftovers()
    {
        foreach (var leftover in Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, "*.partial-*"))
        {
            if (!Path.GetFileName(leftover).StartsWith($".{Path.GetFileName(_path)}.partial-", StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                // The system takes the lock from a process that is killed.
                using (new FileStream(leftover, FileMode.Open, FileAccess.Write, FileShare.None))
                {
                }

                File.Delete(leftover);
            }
            catch (IOException)
            {
                // Somebody is still at it.
            }
        }
    }
}
