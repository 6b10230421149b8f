namespace Fluister.NotForking.Trees;

/// <summary>The tree that modifications work on: upstream's files, and what became of them.</summary>
/// <remarks>Nothing of upstream's is written to: what changes lies in a folder of its own. One file is in memory at
/// a time, and what was edited up to <see cref="Limits.HeldBytes"/>.</remarks>
public sealed class Workspace
{
    private readonly string _folder;
    private readonly bool _isStrict;
    private readonly SortedDictionary<string, TreeEntry> _result = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TreeEntry> _edited = new(StringComparer.Ordinal);
    private int _count;
    private int _held;

    /// <summary>Begins with upstream's files.</summary>
    /// <param name="upstream">What was checked out.</param>
    /// <param name="folder">An empty folder for what changes.</param>
    /// <param name="isStrict">Whether an edit sees what earlier modifications did to a file; in dialect 0 it sees upstream's file as
    /// earlier edits left it, and files that were replaced or added are upstream's or missing to it.</param>
    public Workspace(SourceTree upstream, string folder, bool isStrict)
    {
        (Upstream, _folder, _isStrict) = (upstream, folder, isStrict);
        foreach (var entry in upstream.Entries)
        {
            _result.Add(entry.Path, entry);
        }
    }

    /// <summary>Sees every change as it happens: path, before (null: a new one), after (null: gone).</summary>
    public Action<string, TreeEntry?, TreeEntry?>? Watch { get; set; }

    /// <summary>What was checked out.</summary>
    public SourceTree Upstream { get; }

    /// <summary>The tree as it is now, in the order of paths.</summary>
    public IReadOnlyCollection<TreeEntry> Result => _result.Values;

    /// <summary>The paths that an edit may choose from: in dialect 0 upstream's.</summary>
    public IReadOnlyList<string> EditablePaths =>
        _isStrict ? [.. _result.Keys] : [.. Upstream.Entries.Select(entry => entry.Path)];

    /// <summary>What an edit of a path would begin with, or null.</summary>
    public TreeEntry? Find(string path) =>
        _isStrict ? _result.GetValueOrDefault(path) : _edited.GetValueOrDefault(path) ?? Upstream.Find(path);

    /// <summary>Edits a file; its mode stays.</summary>
    /// <param name="path">Which.</param>
    /// <param name="edit">From its bytes to its new bytes.</param>
    /// <param name="place">What asks for it.</param>
    /// <exception cref="NotForkException">There is no such file, it is a link, or too long.</exception>
    public void Edit(string path, Func<byte[], byte[]> edit, Place place)
    {
        var entry = Find(TreePath.Checked(path, place)) ??
            throw new NotForkException(ExitCode.Drift, $"There is no file \"{path}\" in this version to edit.", place);
        var before = Read(entry, place);
        var after = edit(before);
        if (after.AsSpan().SequenceEqual(before))
        {
            // It still takes the place of what `replace` put there.
            _edited[path] = entry;
            Put(entry);
        }
        else
        {
            Write(path, after, entry.IsExecutable);
        }
    }

    /// <summary>The bytes of an entry.</summary>
    /// <exception cref="NotForkException">It is a link, or too long.</exception>
    public static byte[] Read(TreeEntry entry, Place place)
    {
        if (entry.Kind == EntryKind.Link)
        {
            throw new NotForkException(ExitCode.Drift, $"\"{entry.Path}\" is a symbolic link, which is not edited.", place);
        }

        if (entry.Content is { } content)
        {
            return content;
        }

        if (new FileInfo(entry.Location).Length > Limits.EditedBytes)
        {
            throw new NotForkException(ExitCode.Drift, $"\"{entry.Path}\" is longer than {Limits.EditedBytes >> 20} MiB.", place);
        }

        return File.ReadAllBytes(entry.Location);
    }

    /// <summary>Puts bytes in a path's place, or adds them.</summary>
    public void Write(string path, ReadOnlySpan<byte> content, bool isExecutable)
    {
        var location = Path.Combine(_folder, (_count++).ToString(System.Globalization.CultureInfo.InvariantCulture));
        _held -= _edited.GetValueOrDefault(path)?.Content?.Length ?? 0;
        var entry = new TreeEntry(path, EntryKind.File, isExecutable, location);
        if (content.Length <= Limits.HeldBytes - _held)
        {
            // Most files are edited once more, or copied to the output: both are cheaper from here.
            entry = entry with { Content = content.ToArray() };
            _held += content.Length;
        }
        else
        {
            File.WriteAllBytes(location, content);
        }

        _edited[path] = entry;
        Put(entry);
    }

    /// <summary>Makes a file that can be edited executable, or not.</summary>
    public void Chmod(string path, bool isExecutable)
    {
        var entry = Find(path)! with { IsExecutable = isExecutable };
        _edited[path] = entry;
        Put(entry);
    }

    /// <summary>Puts another file in a path's place, or adds it: `replace`.</summary>
    public void Put(TreeEntry entry)
    {
        var before = _result.GetValueOrDefault(entry.Path);
        _result[entry.Path] = entry;
        Watch?.Invoke(entry.Path, before, entry);
    }

    /// <summary>Remembers the tree as it is now.</summary>
    /// <returns>What puts it back; <see cref="Watch"/> does not see that.</returns>
    public Action Mark()
    {
        var (result, edited) = (_result.ToArray(), _edited.ToArray());
        return () =>
        {
            _result.Clear();
            _edited.Clear();
            Array.ForEach(result, entry => _result.Add(entry.Key, entry.Value));
            Array.ForEach(edited, entry => _edited.Add(entry.Key, entry.Value));
        };
    }

    /// <summary>Takes a path out of the tree.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(string path)
    {
        if (!_result.Remove(path, out var before))
        {
            return false;
        }

        _edited.Remove(path);
        Watch?.Invoke(path, before, null);
        return true;
    }
}
