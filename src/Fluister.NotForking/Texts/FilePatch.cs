namespace Fluister.NotForking.Texts;

/// <summary>What a patch says about one file.</summary>
/// <param name="Place">Its first header, or its first hunk where it has none.</param>
/// <param name="Old">The name after "---" (or "***"), stripped; null: none, or not one that is taken.</param>
/// <param name="New">The name after "+++".</param>
/// <param name="Index">The name after "Index:", which counts only where there is no other.</param>
/// <param name="Hunks">Its hunks, in their order.</param>
internal sealed record FilePatch(Place Place, string? Old, string? New, string? Index, IReadOnlyList<Hunk> Hunks)
{
    /// <summary>How surely there is no old file: 0 not at all, 1 its first hunk has no old lines, 2 its header says so.</summary>
    public int OldIsMissing { get; init; }

    /// <summary>How surely there is no new file.</summary>
    public int NewIsMissing { get; init; }

    /// <summary>Whether it begins with "diff --git".</summary>
    public bool IsGit { get; init; }

    /// <summary>Whether a git header renames or copies.</summary>
    public bool IsMove { get; init; }

    /// <summary>The mode that a git header gives, or null: no change.</summary>
    public int? Mode { get; init; }

    /// <summary>All names that are taken, in the order in which patch weighs them.</summary>
    public IEnumerable<string> Names => Old is null && New is null ? Index is null ? [] : [Index] : new[] { Old, New }.OfType<string>();

    /// <summary>Chooses the file among those that exist: fewest folders, then the shortest last part, then the shortest name.</summary>
    public string? Choose(Func<string, bool> exists) => Names.Where(exists)
        .OrderBy(name => name.Count(letter => letter == '/'))
        .ThenBy(name => name.Length - name.LastIndexOf('/'))
        .ThenBy(name => name.Length).FirstOrDefault();
}
