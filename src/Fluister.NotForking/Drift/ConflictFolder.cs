using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Drift;

/// <summary>Where a rebase leaves files with conflict markers for a person, beside the recipe. Its name begins with a dot, so that
/// recipes and locks pass it over.</summary>
/// <param name="folder">The folder.</param>
internal sealed class ConflictFolder(string folder)
{
    /// <summary>Where a file lies in it.</summary>
    public string At(string path) => Path.Combine(folder, path);

    /// <summary>Writes the files that have conflicts; what lay there before goes.</summary>
    public void Write(IEnumerable<RebasedFile> files)
    {
        Delete();
        foreach (var file in files.Where(file => file.Conflicts.Count > 0))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(file.Path))!);
            File.WriteAllBytes(At(file.Path), file.Merged);
        }
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
        if (!File.Exists(place.File))
        {
            throw new NotForkException(ExitCode.Drift, "There is no resolved file; run the command without `--continue` first.", place);
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
    }
}
