using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Drift;

/// <summary>Where a rebase leaves files with conflict markers for a person, beside the recipe. Its name begins with a dot, so that
/// recipes and locks pass it over.</summary>
/// <param name="folder">The folder.</param>
/// <param name="merge">Names the merge: what was resolved of one is nothing for another.</param>
internal sealed class ConflictFolder(string folder, string merge)
{
    /// <summary>Beside the folder: of which merge it is.</summary>
    private string Note => folder + ".of";

    private bool IsOfThisMerge => File.Exists(Note) && File.ReadAllText(Note) == merge;

    /// <summary>Where a file lies in it.</summary>
    public string At(string path) => Path.Combine(folder, path);

    /// <summary>Writes the files that have conflicts; what lay there before goes.</summary>
    /// <exception cref="NotForkException">A person has begun to resolve this very merge (output guard).</exception>
    public void Write(IReadOnlyList<RebasedFile> files)
    {
        var conflicting = files.Where(file => file.Conflicts.Count > 0).ToList();
        if (IsOfThisMerge && conflicting.Find(IsEdited) is { } edited)
        {
            throw new NotForkException(
                ExitCode.OutputGuard, "It was edited; `--continue` takes it, or delete it to begin anew.", new Place(At(edited.Path)));
        }

        Delete();
        foreach (var file in conflicting)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(file.Path))!);
            File.WriteAllBytes(At(file.Path), file.Merged);
        }

        File.WriteAllText(Note, merge);
    }

    /// <summary>The file as a person resolved it; a file without conflicts stays as it was merged.</summary>
    /// <exception cref="NotForkException">It is gone, or has markers still.</exception>
    public RebasedFile Resolved(RebasedFile file)
    {
        if (file.Conflicts.Count == 0)
        {
            return file;
        }

        var place = new Place(At(file.Path));
        if (!IsOfThisMerge || !File.Exists(place.File))
        {
            throw new NotForkException(
                ExitCode.Drift, "There is no resolved file of this merge; run the command without `--continue` first.", place);
        }

        var text = File.ReadAllBytes(place.File);
        var lines = new TextLines(text);
        for (var at = 0; at < lines.Count; at++)
        {
            if (lines[at].StartsWith("<<<<<<< "u8) || lines[at].StartsWith("||||||| "u8) || lines[at].StartsWith(">>>>>>> "u8))
            {
                throw new NotForkException(ExitCode.Drift, "A conflict marker stands here still.", place with { Line = at + 1 });
            }
        }

        return file with { Merged = text, Conflicts = [] };
    }

    /// <summary>Takes the folder away.</summary>
    public void Delete()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        File.Delete(Note);
    }

    private bool IsEdited(RebasedFile file) =>
        File.Exists(At(file.Path)) && !File.ReadAllBytes(At(file.Path)).AsSpan().SequenceEqual(file.Merged);
}
