using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.NotForking.Upstreams.Archives;

/// <summary>Writes the entries of one tar archive into an empty folder; what could reach outside of it, or is not for a source tree, is
/// refused by name.</summary>
/// <remarks>Nothing is ever written through a link: what every path is, is known from the archive alone.</remarks>
/// <param name="archive">The archive, as an error names it.</param>
/// <param name="folder">The folder.</param>
internal sealed class ArchiveUnpacking(string archive, string folder)
{
    private const UnixFileMode PlainMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode ExecutableMode =
        PlainMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly List<ArchiveEntry> _entries = [];
    private readonly Dictionary<string, (string Mode, string Target)> _kinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly byte[] _buffer = new byte[128 << 10];
    private long _copied;

    /// <summary>Unpacks all.</summary>
    /// <returns>The entries in the archive's order.</returns>
    /// <exception cref="NotForkException">The archive is damaged, hostile or empty.</exception>
    public IReadOnlyList<ArchiveEntry> Unpack(Stream tar)
    {
        var name = "its beginning";
        try
        {
            using var reader = new TarReader(tar, leaveOpen: true);
            while (reader.GetNextEntry() is { } entry)
            {
                name = entry.Name;
                Take(entry);
            }

            // Compressed bytes after the archive's end are looked at as well: that is where a cut or a damage shows.
            while (tar.Read(_buffer) > 0)
            {
            }
        }
        catch (ArchiveBombException e)
        {
            throw Hostile(name, e.Message);
        }
        catch (Exception e) when (
            e is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new NotForkException(
                ExitCode.Fetch, $"The archive {archive} is damaged after \"{name}\": {e.Message.TrimEnd('.')}.", inner: e);
        }

        foreach (var (path, kind) in _kinds.Where(kind => kind.Value.Mode == ArchiveEntry.Link))
        {
            if (LeadsOut(path, kind.Target))
            {
                throw Hostile(path, $"it is a link to \"{kind.Target}\", which leads out of the archive");
            }
        }

        return _entries.Exists(entry => entry.Mode != ArchiveEntry.Folder)
            ? _entries : throw new NotForkException(ExitCode.Fetch, $"The archive {archive} holds no files.");
    }

    private static bool IsExecutable(TarEntry entry) => entry.Mode.HasFlag(UnixFileMode.UserExecute);

    private void Take(TarEntry entry)
    {
        if (entry.EntryType == TarEntryType.GlobalExtendedAttributes)
        {
            return;
        }

        var path = Checked(entry.Name);
        if (path.Length == 0)
        {
            _entries.Add(new ArchiveEntry(ArchiveEntry.Folder, "", entry.Name));
            return;
        }

        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile when entry.Name.EndsWith('/'):
                TakeFolder(entry, path);
                break;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile when !IsSparse(entry):
                Add(entry, path, IsExecutable(entry) ? ArchiveEntry.Program : ArchiveEntry.File, "");
                _entries[^1] = _entries[^1] with { Hash = _hashes[path] = Write(entry, Path.Combine(folder, path)) };
                break;
            case TarEntryType.HardLink:
                TakeHardLink(entry, path);
                break;
            case TarEntryType.SymbolicLink:
                Add(entry, path, ArchiveEntry.Link, entry.LinkName);
                _entries[^1] = _entries[^1] with { Hash = Hash(entry.LinkName) };
                File.CreateSymbolicLink(Path.Combine(folder, path), entry.LinkName);
                break;
            default:
                throw Hostile(entry.Name, $"it is neither a file nor a folder nor a link (\"{(char)entry.EntryType}\")");
        }
    }

    /// <summary>SHA-256 of a link's target.</summary>
    public static string Hash(string target) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(target)));

    private static bool IsSparse(TarEntry entry) => entry is PaxTarEntry pax &&
        pax.ExtendedAttributes.Keys.Any(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal));

    private void TakeFolder(TarEntry entry, string path)
    {
        if (_kinds.TryGetValue(path, out var kind) && kind.Mode == ArchiveEntry.Folder)
        {
            _entries.Add(new ArchiveEntry(ArchiveEntry.Folder, "", entry.Name));
            return;
        }

        Add(entry, path, ArchiveEntry.Folder, "");
        Directory.CreateDirectory(Path.Combine(folder, path));
    }

    /// <summary>A hard link to a file of the archive is a second copy of it; any other is refused.</summary>
    private void TakeHardLink(TarEntry entry, string path)
    {
        var target = ArchiveEntry.Plain(entry.LinkName);
        if (entry.LinkName.StartsWith('/') || !_kinds.TryGetValue(target, out var kind) ||
            kind.Mode is ArchiveEntry.Folder or ArchiveEntry.Link)
        {
            throw Hostile(entry.Name, $"it is a hard link to \"{entry.LinkName}\", which is no file before it in the archive");
        }

        Add(entry, path, kind.Mode, "");
        _entries[^1] = _entries[^1] with { Hash = _hashes[path] = _hashes[target] };
        var from = Path.Combine(folder, target);
        _copied += new FileInfo(from).Length;
        if (_copied > Limits.UnpackedFreely)
        {
            throw Hostile(entry.Name, $"hard links make more than {Limits.UnpackedFreely >> 20} MiB of copies");
        }

        File.Copy(from, Path.Combine(folder, path));
    }

    /// <summary>Notes an entry, after all folders above it.</summary>
    private void Add(TarEntry entry, string path, string mode, string target)
    {
        for (var slash = path.IndexOf('/'); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            var above = path[..slash];
            if (!_kinds.TryGetValue(above, out var kind))
            {
                _kinds.Add(above, (ArchiveEntry.Folder, ""));
                Directory.CreateDirectory(Path.Combine(folder, above));
            }
            else if (kind.Mode != ArchiveEntry.Folder)
            {
                throw Hostile(entry.Name, $"it lies below \"{above}\", which is a {(kind.Mode == ArchiveEntry.Link ? "link" : "file")}");
            }
        }

        if (!_kinds.TryAdd(path, (mode, target)))
        {
            throw Hostile(entry.Name, "it is there twice");
        }

        if (_kinds.Count > Limits.TreeFiles)
        {
            throw Hostile(entry.Name, $"there are more than {Limits.TreeFiles} entries");
        }

        _entries.Add(new ArchiveEntry(mode, "", entry.Name));
    }

    private string Write(TarEntry entry, string to)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var file = new FileStream(to, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = IsExecutable(entry) ? ExecutableMode : PlainMode,
        });
        if (entry.DataStream is { } content)
        {
            while (content.Read(_buffer) is > 0 and var count)
            {
                hash.AppendData(_buffer, 0, count);
                file.Write(_buffer, 0, count);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Where a name lies in the folder: without "." and empty parts.</summary>
    private string Checked(string name)
    {
        if (name.Length == 0 || name.StartsWith('/') || name.Split('/').Contains("..", StringComparer.Ordinal))
        {
            throw Hostile(name, "such a name leads out of the archive");
        }

        if (name.AsSpan().IndexOfAny("\0\n\r\uFFFD") >= 0)
        {
            throw Hostile(name, "such a name is not UTF-8, or has a line end in it");
        }

        return ArchiveEntry.Plain(name);
    }

    /// <summary>Whether a link, followed through all others, leaves the archive at any step.</summary>
    private bool LeadsOut(string link, string target)
    {
        var here = link.Split('/').SkipLast(1).ToList();
        var rest = new Stack<string>(target.Split('/').Reverse());
        if (target.StartsWith('/') || target.Length == 0)
        {
            return true;
        }

        for (var hops = 0; rest.TryPop(out var part);)
        {
            if (part == ".." && here.Count == 0)
            {
                return true;
            }

            if (part == "..")
            {
                here.RemoveAt(here.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                here.Add(part);
            }

            if (part is "" or "." or ".." || !_kinds.TryGetValue(string.Join('/', here), out var kind) || kind.Mode != ArchiveEntry.Link)
            {
                continue;
            }

            if (++hops > Limits.LinkHops || kind.Target.StartsWith('/'))
            {
                return kind.Target.StartsWith('/');
            }

            here.RemoveAt(here.Count - 1);
            foreach (var next in kind.Target.Split('/').Reverse())
            {
                rest.Push(next);
            }
        }

        return false;
    }

    private NotForkException Hostile(string name, string why) =>
        new(ExitCode.Verification, $"The archive {archive} is refused for its entry \"{name}\": {why}.");
}
