namespace Fluister.NotForking.Trees;

/// <summary>`OUT/NAME`, and the index of what this program wrote there.</summary>
/// <remarks>
/// New files are made ready beside the index; then a journal says what is to be done, then it is done, then the index is replaced. A run
/// that is killed before the journal is there has changed nothing; later, the next run finishes what the journal says. The old tool's
/// indexes are understood, also those of a run of it that was interrupted (`NAME.old`, `NAME.new`), and its flock is respected.
/// </remarks>
/// <param name="folder">OUT.</param>
/// <param name="name">NAME.</param>
public sealed class Output(string folder, string name)
{
    private readonly string _index = Path.Combine(folder, ".index");

    /// <summary>Hears of waiting for another run, and of one that is finished now.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>Is called before each step that changes something: a test ends the run there.</summary>
    internal Action? Step { get; init; }

    private string Root => Path.Combine(folder, name);

    private string IndexFile => Path.Combine(_index, name);

    private string Work => Path.Combine(_index, ".work." + name);

    private string Journal => Path.Combine(Work, "journal");

    /// <summary>Makes the output the given tree, or leaves it as it is.</summary>
    /// <param name="tree">All files and links.</param>
    /// <exception cref="NotForkException">Something there is not as this program wrote it (output guard), a file of the tree is
    /// a folder of it at the same time (configuration), or the disk is full (system).</exception>
    public void Install(IEnumerable<TreeEntry> tree)
    {
        using var digests = new FileDigests();
        try
        {
            MakeIndexFolder();
            using var held = OutputLock.Take(Path.Combine(_index, ".lock." + name), $"the output \"{Root}\"", Report);
            InstallHeld(tree, digests);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new NotForkException(ExitCode.System, $"The output \"{Root}\" cannot be written: {e.Message}", inner: e);
        }
    }

    /// <summary>The same, under the lock; a failure is tidied up under it too: later, what lies there may be another run's.</summary>
    private void InstallHeld(IEnumerable<TreeEntry> tree, FileDigests digests)
    {
        try
        {
            var output = new OutputFolder(Root, digests);
            Recover(output, digests);
            Directory.CreateDirectory(Work);
            var plan = new OutputPlanner(output, Known(output), digests, Work).Plan(tree);
            Step?.Invoke();
            OutputIndex.Write(Path.Combine(Work, "index"), plan.Index);
            Step?.Invoke();
            OutputJournal.Write(Journal, plan.Steps);
            Perform(output, plan.Steps);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotForkException)
        {
            Discard();
            throw;
        }
    }

    private void MakeIndexFolder()
    {
        Directory.CreateDirectory(folder);
        foreach (var path in new[] { _index, Work, Root })
        {
            if (OutputFolder.LookAt(path) is OutputFolder.Found.Link or OutputFolder.Found.File)
            {
                throw new NotForkException(ExitCode.OutputGuard, $"\"{path}\" is not a folder; nothing was changed.");
            }
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_index);
        }
        else
        {
            Directory.CreateDirectory(_index, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Finishes what a killed run began, or forgets what it only made ready.</summary>
    private void Recover(OutputFolder output, FileDigests digests)
    {
        if (File.Exists(Journal) && File.Exists(Path.Combine(Work, "index")))
        {
            Report?.Invoke($"Finishing what an interrupted run began in {Root}.");
            var steps = OutputJournal.Read(Journal);
            new OutputPlanner(output, Known(output), digests, Work).CheckBegun(steps, OutputIndex.Read(Path.Combine(Work, "index")));
            Perform(output, steps);
        }
        else if (Directory.Exists(Work))
        {
            Directory.Delete(Work, recursive: true);
        }
    }

    /// <summary>What each path may be if it is ours: what the index says; after a killed run of the old tool, either of two.</summary>
    private SortedDictionary<string, List<IndexEntry>> Known(OutputFolder output)
    {
        var known = new SortedDictionary<string, List<IndexEntry>>(Utf8Order.Instance);
        var files = File.Exists(IndexFile) ? [IndexFile] : new[] { IndexFile + ".old", IndexFile + ".new" }.Where(File.Exists).ToArray();
        foreach (var (path, entry) in files.SelectMany(OutputIndex.Read))
        {
            if (!known.TryGetValue(path, out var entries))
            {
                known.Add(path, entries = []);
            }

            entries.Add(entry);
        }

        return files.Length > 0 || !Directory.Exists(Root) || !Directory.EnumerateFileSystemEntries(Root).Any()
            ? known : throw output.Guard("", "holds files that this program did not write");
    }

    private void Perform(OutputFolder output, List<OutputStep> steps)
    {
        Directory.CreateDirectory(Root);
        var changing = steps.Select(step => step.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var (kind, path, value) in steps)
        {
            Step?.Invoke();
            switch (kind)
            {
                case 't' when Directory.Exists(Path.Combine(Work, OutputPlanner.Whole)):
                    Directory.Delete(Root);
                    Directory.Move(Path.Combine(Work, OutputPlanner.Whole), Root);
                    break;
                case 'd' when output.Look(path, changing.Contains) is OutputFolder.Found.File or OutputFolder.Found.Link:
                    output.Delete(path);
                    break;
                case 'f' when File.Exists(Path.Combine(Work, value)):
                    output.MakeRoom(path);
                    File.Move(Path.Combine(Work, value), output.At(path), overwrite: true);
                    break;
                case 'l':
                    output.MakeRoom(path);
                    File.Delete(output.At(path));
                    Step?.Invoke();
                    File.CreateSymbolicLink(output.At(path), value);
                    break;
                case 'x' or 'n' when output.Look(path) == OutputFolder.Found.File:
                    OutputFolder.Chmod(output.At(path), kind == 'x');
                    break;
            }
        }

        Step?.Invoke();
        File.Move(Path.Combine(Work, "index"), IndexFile, overwrite: true);
        Step?.Invoke();
        File.Delete(IndexFile + ".old");
        File.Delete(IndexFile + ".new");
        Directory.Delete(Work, recursive: true);
    }

    private void Discard()
    {
        if (Directory.Exists(Work) && !File.Exists(Journal))
        {
            Directory.Delete(Work, recursive: true);
        }
    }
}
