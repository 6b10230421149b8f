using System.Globalization;

namespace Fluister.NotForking.Trees;

/// <summary>Compares an output with what it was and what it is to be.</summary>
/// <param name="output">The output.</param>
/// <param name="known">What this program wrote there: each path with what it may be.</param>
/// <param name="digests">Reads files.</param>
/// <param name="work">The folder in which new files are made ready.</param>
internal sealed class OutputPlanner(
    OutputFolder output, SortedDictionary<string, List<IndexEntry>> known, FileDigests digests, string work)
{
    /// <summary>The folder in which a tree is made ready as a whole, where the output is empty.</summary>
    public const string Whole = "tree";

    private const string Foreign = "was not written by this program";
    private readonly HashSet<string> _there = new(StringComparer.Ordinal);
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>Plans, and makes new files ready.</summary>
    /// <exception cref="NotForkException">Somebody changed the output, or the tree is none.</exception>
    public OutputPlan Plan(IEnumerable<TreeEntry> tree)
    {
        var entries = tree.OrderBy(entry => entry.Path, Utf8Order.Instance).ToList();
        CheckPaths(entries);
        var paths = entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        Guard(entries);
        var plan = new OutputPlan();
        if (output.IsEmpty)
        {
            entries.ForEach(entry => plan.Index.Add(entry.Path, Ready(entry)));
            plan.Steps.AddRange(entries.Count > 0 ? [new OutputStep('t', Whole)] : []);
            return plan;
        }

        plan.Steps.AddRange(_there.Where(path => !paths.Contains(path)).Select(path => new OutputStep('d', path)));
        foreach (var entry in entries)
        {
            Add(plan, entry, paths);
        }

        return plan;
    }

    /// <summary>Looks whether steps that another run began may be finished: what they replace is as it was, or as it is to be.</summary>
    /// <exception cref="NotForkException">Somebody changed the output since.</exception>
    public void CheckBegun(List<OutputStep> steps, SortedDictionary<string, IndexEntry> index)
    {
        var changing = steps.Select(step => step.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (kind, path, value) in steps)
        {
            if (kind == 't' && Directory.Exists(Path.Combine(work, Whole)) && !output.IsEmpty)
            {
                throw output.Guard("", "holds files that this program did not write");
            }

            var isPending = kind switch { 'd' or 'l' => true, 'f' => File.Exists(Path.Combine(work, value)), _ => false };
            var found = isPending ? output.Look(path, changing.Contains) : OutputFolder.Found.Nothing;
            var isLeft = found == OutputFolder.Found.Nothing
                || (found == OutputFolder.Found.Folder && (kind == 'd' || IsFolderOfDeleted(path, steps)));
            if (!isLeft && !IsKnown(path) && !(index.TryGetValue(path, out var entry) && output.Is(path, entry)))
            {
                throw Changed(path);
            }
        }
    }

    private static bool IsFolderOfDeleted(string path, List<OutputStep> steps) =>
        steps.Exists(step => step.Kind == 'd' && step.Path.StartsWith(path + "/", StringComparison.Ordinal));

    private static void CheckPaths(List<TreeEntry> entries)
    {
        var paths = entries.Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            for (var slash = entry.Path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = entry.Path.IndexOf('/', slash + 1))
            {
                if (paths.Contains(entry.Path[..slash]))
                {
                    throw new NotForkException(
                        ExitCode.Configuration, $"\"{entry.Path[..slash]}\" would be a file and, for \"{entry.Path}\", a folder.");
                }
            }
        }
    }

    /// <summary>Makes an entry ready as a part of a whole tree.</summary>
    private IndexEntry Ready(TreeEntry entry)
    {
        var to = Path.Combine(work, Whole, entry.Path);
        if (_made.Add(Path.GetDirectoryName(to)!))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        }

        if (entry.Kind == EntryKind.Link)
        {
            var link = LinkEntry(entry);
            File.CreateSymbolicLink(to, link.Content);
            return link;
        }

        var digest = digests.Copy(entry, to);
        return new IndexEntry(EntryKind.File, digest.Size, digest.Sha512);
    }

    /// <summary>Looks whether everything that was written is as it was; files that stay files are compared later, in one read.</summary>
    private void Guard(List<TreeEntry> entries)
    {
        var files = entries.Where(entry => entry.Kind == EntryKind.File).Select(entry => entry.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (path, was) in known)
        {
            var found = output.Look(path);
            if (found == OutputFolder.Found.Nothing)
            {
                continue;
            }

            _there.Add(path);
            if (!(found == OutputFolder.Found.File && was is [{ Kind: EntryKind.File }] && files.Contains(path)) && !IsKnown(path))
            {
                throw Changed(path);
            }
        }
    }

    private NotForkException Changed(string path) => output.Guard(path, "was changed after this program wrote it");

    private static IndexEntry LinkEntry(TreeEntry entry)
    {
        var target = new FileInfo(entry.Location).LinkTarget!;
        return new IndexEntry(EntryKind.Link, System.Text.Encoding.UTF8.GetByteCount(target), target);
    }

    private bool IsKnown(string path) => known.TryGetValue(path, out var entries) && entries.Exists(entry => output.Is(path, entry));

    private void Add(OutputPlan plan, TreeEntry entry, HashSet<string> paths)
    {
        var path = entry.Path;
        var found = output.Look(path, parent => _there.Contains(parent) && !paths.Contains(parent));
        if (found == OutputFolder.Found.Folder && FolderTree.Read(output.At(path)).Select(file => $"{path}/{file.Path}")
            .FirstOrDefault(file => !_there.Contains(file)) is { } foreign)
        {
            throw output.Guard(foreign, $"was not written by this program, and \"{path}\" is to be a file");
        }

        if (entry.Kind == EntryKind.Link)
        {
            var link = plan.Index[path] = LinkEntry(entry);
            if (!IsSame(path, link, found))
            {
                plan.Steps.Add(new OutputStep('l', path, link.Content));
            }

            return;
        }

        if (found == OutputFolder.Found.File)
        {
            var (digest, isSame) = digests.Compare(output.At(path), entry);
            var now = new IndexEntry(EntryKind.File, digest.Size, digest.Sha512);
            if (!_there.Contains(path) ? !isSame : !known[path].Contains(now))
            {
                throw _there.Contains(path) ? Changed(path) : output.Guard(path, Foreign);
            }

            if (isSame)
            {
                plan.Index[path] = now;
                if (OutputFolder.IsExecutable(output.At(path)) != entry.IsExecutable)
                {
                    plan.Steps.Add(new OutputStep(entry.IsExecutable ? 'x' : 'n', path));
                }

                return;
            }
        }
        else if (found == OutputFolder.Found.Link && !_there.Contains(path))
        {
            throw output.Guard(path, Foreign);
        }

        var ready = plan.Steps.Count.ToString(CultureInfo.InvariantCulture);
        var copied = digests.Copy(entry, Path.Combine(work, ready));
        plan.Index[path] = new IndexEntry(EntryKind.File, copied.Size, copied.Sha512);
        plan.Steps.Add(new OutputStep('f', path, ready));
    }

    /// <summary>Whether a path is already what it is to be; if it is something else, it must be ours.</summary>
    private bool IsSame(string path, IndexEntry entry, OutputFolder.Found found)
    {
        if (found is OutputFolder.Found.Nothing or OutputFolder.Found.Folder)
        {
            return false;
        }

        if (_there.Contains(path))
        {
            return known[path] is [var only] ? only == entry : output.Is(path, entry);
        }

        return output.Is(path, entry) ? true : throw output.Guard(path, Foreign);
    }
}
