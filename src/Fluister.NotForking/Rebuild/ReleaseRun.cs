using Fluister.NotForking.Rebuild.Documents;

namespace Fluister.NotForking.Rebuild;

/// <summary>One `build release`, from a checkout to a folder of files.</summary>
/// <param name="IsDirty">Whether the sources may differ from the commit's.</param>
/// <param name="IsWanted">Chooses artifacts by name.</param>
/// <param name="Progress">Hears what is being made.</param>
internal sealed record ReleaseRun(bool IsDirty, Func<string, bool> IsWanted, Action<string> Progress)
{
    /// <summary>Makes a release of the checkout that a folder lies in.</summary>
    /// <param name="folder">A folder within the checkout.</param>
    /// <param name="output">Where its files go; an earlier release there is replaced.</param>
    /// <returns>What it was made of.</returns>
    public Source Make(string folder, string output)
    {
        var earlier = Earlier(output);
        using var scratch = new Scratch();
        var source = new Checkout(folder).CopyTo(scratch.Below("source"), IsDirty);
        Enclose(source.Folder);
        var made = scratch.Below("release");
        new Release(source, BuildEnvironment.Fixed(scratch.Make("home"), source), made, Progress).Make(IsWanted);
        Directory.CreateDirectory(output);
        foreach (var file in earlier)
        {
            File.Delete(file);
        }

        // SHA256SUMS goes last and comes first: by it the next run knows what lies here, whenever this one ends.
        foreach (var file in Directory.GetFiles(made).OrderBy(file => Path.GetFileName(file) != Sums.Name))
        {
            File.Move(file, Path.Combine(output, Path.GetFileName(file)));
        }

        return source;
    }

    /// <summary>Chooses by a pattern with * and ?.</summary>
    public static Func<string, bool> Matching(string pattern) =>
        name => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    /// <summary>MSBuild looks for these in every folder above too, and anybody may write to the one for temporary files: what lay there
    /// would run with the build. It stops at the first that it finds.</summary>
    private static void Enclose(string folder)
    {
        (string Name, string Text)[] empty = [("Directory.Build.targets", "<Project />\n"), ("Directory.Build.rsp", "# None.\n")];
        foreach (var (name, text) in empty)
        {
            var file = Path.Combine(folder, name);
            if (!File.Exists(file))
            {
                File.WriteAllText(file, text);
            }
        }
    }

    /// <summary>The files of an earlier release, in the order in which they may go.</summary>
    private static List<string> Earlier(string output)
    {
        if (!Directory.Exists(output) || !Directory.EnumerateFileSystemEntries(output).Any())
        {
            return [];
        }

        var sums = Path.Combine(output, Sums.Name);
        if (!File.Exists(sums))
        {
            throw new NotForkException(
                ExitCode.OutputGuard, "It holds files and no earlier release; name another folder with --output.", new Place(output));
        }

        List<string> files = [];
        foreach (var (name, hash) in Sums.Read(sums))
        {
            var file = Path.Combine(output, name);
            if (File.Exists(file) && FolderHash.File(file) != hash)
            {
                throw new NotForkException(
                    ExitCode.OutputGuard, "It was changed since it was released here; name another folder with --output.", new Place(file));
            }

            files.Add(file);
        }

        return [.. files, sums + ".sig", sums];
    }
}
