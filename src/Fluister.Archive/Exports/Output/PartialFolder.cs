using System.Security.Cryptography;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Output;

/// <summary>A folder next to the one that is wanted; it takes that one's place when all is written, and is gone in every other
/// case.</summary>
internal sealed class PartialFolder : IDisposable
{
    internal const string LockName = ".lock";

    /// <summary>A folder without a lock is just being made or put in place, both in moments; after this time nobody is at it.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    private readonly FileStream _lock;
    private bool _gone;

    /// <summary>Makes it, after removing what runs that were killed left behind.</summary>
    internal PartialFolder(string target)
    {
        Target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        var parent = System.IO.Path.GetDirectoryName(Target)
            ?? throw new ArchiveException(ArchiveError.Denied, $"{Target} cannot be an export folder; name a folder in another one.");
        if (!Directory.Exists(parent))
        {
            throw new ArchiveException(ArchiveError.NotFound, $"There is no folder {parent}; make it first.");
        }

        var prefix = $".{System.IO.Path.GetFileName(Target)}.partial-";
        RemoveLeftovers(parent, prefix);
        Path = System.IO.Path.Combine(parent, prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));
        PrivateFiles.MakeFolder(Path);
        _lock = new FileStream(System.IO.Path.Combine(Path, LockName), PrivateFiles.New(FileShare.None));
    }

    /// <summary>The folder to write into.</summary>
    internal string Path { get; }

    /// <summary>The folder that is wanted.</summary>
    internal string Target { get; }

    /// <summary>Puts the folder in its place. With <paramref name="replace"/> the one that stands there is removed.</summary>
    internal void Commit(bool replace)
    {
        foreach (var folder in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories))
        {
            PrivateFiles.FlushFolder(folder);
        }

        PrivateFiles.FlushFolder(Path);
        // The lock goes last: what a run leaves that is killed before is known as a leftover.
        _lock.Dispose();
        File.Delete(System.IO.Path.Combine(Path, LockName));
        if (!replace || !Directory.Exists(Target))
        {
            Directory.Move(Path, Target);
        }
        else if (PrivateFiles.Swap(Path, Target))
        {
            Directory.Delete(Path, recursive: true);
        }
        else
        {
            var old = Path + ".old";
            Directory.Move(Target, old);
            Directory.Move(Path, Target);
            Directory.Delete(old, recursive: true);
        }

        _gone = true;
        PrivateFiles.FlushFolder(System.IO.Path.GetDirectoryName(Target)!);
    }

    /// <summary>Removes what was written, unless it took its place.</summary>
    public void Dispose()
    {
        _lock.Dispose();
        if (!_gone)
        {
            _gone = true;
            Directory.Delete(Path, recursive: true);
        }
    }

    private static void RemoveLeftovers(string parent, string prefix)
    {
        foreach (var folder in Directory.EnumerateDirectories(parent, prefix + "*"))
        {
            var path = System.IO.Path.Combine(folder, LockName);
            try
            {
                if (File.Exists(path))
                {
                    // The system takes the lock from a process that is killed.
                    using (new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None))
                    {
                    }
                }
                else if (DateTime.UtcNow - Directory.GetLastWriteTimeUtc(folder) < Abandoned)
                {
                    continue;
                }

                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // Somebody is still at it.
            }
        }
    }
}
