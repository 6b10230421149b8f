using System.Formats.Tar;
using System.Text;
using Fluister.NotForking.Rebuild.Archives;

namespace Fluister.NotForking.Rebuild.Images;

/// <summary>The root file system below the programs: a few Debian packages, without what only people and compilers need.</summary>
internal sealed class BaseLayer
{
    private const UnixFileMode Everybody = (UnixFileMode)0b001_111_111_111;

    // But never a licence.
    private static readonly string[] s_removed =
    [
        "boot", "home", "root", "usr/games", "usr/include", "usr/share/base-files", "usr/share/dict", "usr/share/gcc", "usr/share/gdb",
        "usr/share/info", "usr/share/lintian", "usr/share/man", "usr/share/misc", "var/backups", "var/local", "var/mail", "etc/default",
        "etc/dpkg", "etc/issue", "etc/issue.net", "etc/profile.d", "etc/skel", "etc/update-motd.d", "usr/share/zoneinfo/posix",
        "usr/share/zoneinfo/right", "usr/lib/x86_64-linux-gnu/gconv", "usr/lib/x86_64-linux-gnu/engines-3",
    ];

    private readonly SortedDictionary<string, ArchiveEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Lays out the packages of a lock.</summary>
    public static IEnumerable<ArchiveEntry> Of(PackageLock packages, PackageCache cache)
    {
        if (!Child.Exists("dpkg-deb"))
        {
            throw new NotForkException(ExitCode.Fetch, "An image needs `dpkg-deb`, of the Debian package dpkg.");
        }

        var layer = new BaseLayer();
        foreach (var package in packages.Packages)
        {
            layer.Add(package.Name, cache.Get(package));
        }

        return layer.Finish();
    }

    private void Add(string name, string deb)
    {
        Child.Read("dpkg-deb", ["--fsys-tarfile", deb], "/", null, stream =>
        {
            using var reader = new TarReader(stream);
            while (reader.GetNextEntry() is { } entry)
            {
                Add(entry);
            }

            return true;
        });

        // So that whoever looks for known weaknesses in the image finds what it is made of.
        var control = Child.Run("dpkg-deb", ["--field", deb], "/");
        Put(ArchiveEntry.Of($"var/lib/dpkg/status.d/{name}", Encoding.UTF8.GetBytes(control)));
    }

    private void Add(TarEntry entry)
    {
        var path = entry.Name.TrimStart('.').Trim('/');
        if (path.Length == 0)
        {
            return;
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                Put(ArchiveEntry.Folder(path));
                break;
            case TarEntryType.SymbolicLink:
                Put(new ArchiveEntry(path, ArchiveEntryKind.Link, (UnixFileMode)0b111_111_111, Target: entry.LinkName));
                break;
            case TarEntryType.HardLink:
                Put(_entries[entry.LinkName.TrimStart('.').Trim('/')] with { Path = path });
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                var bytes = new MemoryStream();
                entry.DataStream?.CopyTo(bytes);
                Put(ArchiveEntry.Of(
                    path, bytes.ToArray(), entry.Mode.HasFlag(UnixFileMode.UserExecute) ? ArchiveEntry.Executable : ArchiveEntry.Plain));
                break;
            default:
                throw new NotForkException(ExitCode.Verification, $"\"{path}\" in a Debian package is neither file, folder nor link.");
        }
    }

    /// <summary>Puts an entry in its place, with the folders above it.</summary>
    private void Put(ArchiveEntry entry)
    {
        for (var cut = entry.Path.IndexOf('/'); cut > 0; cut = entry.Path.IndexOf('/', cut + 1))
        {
            _entries.TryAdd(entry.Path[..cut], ArchiveEntry.Folder(entry.Path[..cut]));
        }

        _entries[entry.Path] = entry;
    }

    private IEnumerable<ArchiveEntry> Finish()
    {
        foreach (var path in _entries.Keys.ToList())
        {
            var isDocument = path.StartsWith("usr/share/doc/", StringComparison.Ordinal) && _entries[path].Kind == ArchiveEntryKind.File
                && Path.GetFileName(path) != "copyright";
            if (isDocument || s_removed.Any(removed => path == removed || path.StartsWith(removed + "/", StringComparison.Ordinal)))
            {
                _entries.Remove(path);
            }
        }

        foreach (var folder in (string[])["profile", "models", "output", "run", "run/engine"])
        {
            Put(ArchiveEntry.Folder(folder));
        }

        Put(ArchiveEntry.Of("etc/passwd", "fluister:x:10001:10001:fluister:/tmp:/nonexistent\n"u8.ToArray()));
        Put(ArchiveEntry.Of("etc/group", "fluister:x:10001:\n"u8.ToArray()));
        Put(ArchiveEntry.Folder("tmp", Everybody));
        return _entries.Values;
    }
}
