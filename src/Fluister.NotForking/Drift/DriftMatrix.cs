using Fluister.NotForking.Modifications;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Drift;

/// <summary>Tries each modification on each version.</summary>
/// <remarks>A modification that fails leaves the tree as it was before it, and the next ones are tried on that.</remarks>
internal static class DriftMatrix
{
    /// <summary>Two versions at a time: reading one and modifying the other keep two processors busy.</summary>
    private const int AtATime = 2;

    /// <summary>Makes the report.</summary>
    /// <param name="trees">The trees.</param>
    /// <param name="name">NAME.</param>
    /// <param name="folder">The recipe's folder.</param>
    /// <param name="versions">Oldest first.</param>
    /// <param name="report">Hears each version that is done.</param>
    public static DriftReport Of(VersionTrees trees, string name, string folder, IReadOnlyList<string> versions, Action<string> report)
    {
        var columns = new Dictionary<string, DriftCell>[versions.Count];
        try
        {
            Parallel.For(0, versions.Count, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, at =>
            {
                using var tree = trees.CheckOut(versions[at]);
                columns[at] = tree.Modifications.ToDictionary(
                    modification => Path.GetRelativePath(folder, modification.Place.File),
                    modification => Try(tree, modification), StringComparer.Ordinal);
                report(versions[at]);
            });
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<NotForkException>().FirstOrDefault() is { } first)
        {
            throw new NotForkException(first.Code, first.Message, first.Place, e);
        }

        var names = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!)
            .Where(file => file.EndsWith(".mod", StringComparison.OrdinalIgnoreCase) && !file.StartsWith('.'))
            .Union(columns.SelectMany(column => column.Keys)).Order(Utf8Order.Instance).ToList();
        var left = new DriftCell(DriftStatus.NotApplicable, "Its conditions leave this version out.");
        return new DriftReport(name, versions, names, [.. columns.Select(column =>
            (IReadOnlyList<DriftCell>)[.. names.Select(file => column.GetValueOrDefault(file, left))])]);
    }

    private static DriftCell Try(MassagedTree tree, Modification modification)
    {
        var (before, undo) = (tree.Edits.Count, tree.Workspace.Mark());
        try
        {
            tree.Apply(modification);
            return Sum([.. tree.Edits.Skip(before)]);
        }
        catch (NotForkException e)
        {
            undo();
            return new DriftCell(e.Code == ExitCode.Assertion ? DriftStatus.AssertionFails : DriftStatus.Fails, e.Line);
        }
    }

    private static DriftCell Sum(List<Edit> edits)
    {
        var (fuzz, offset) = (0, 0);
        foreach (var edit in edits)
        {
            fuzz = Math.Max(fuzz, edit.Fuzz);
            offset = Math.Abs(edit.Offset) > Math.Abs(offset) ? edit.Offset : offset;
        }

        var count = edits.Sum(edit => edit.Count);
        var files = edits.Select(edit => edit.Path).Distinct(StringComparer.Ordinal).Count();
        var sentence = edits.Count == 0 ? "Fits; there is nothing to edit."
            : count == 0 ? "Upstream has it already."
            : $"Edits {Number(count, "place")} in {Number(files, "file")}.";
        return fuzz > 0 ? new DriftCell(DriftStatus.Fuzz, $"{sentence[..^1]}, with {Number(fuzz, "line")} of context left out.")
            : offset != 0 ? new DriftCell(DriftStatus.Offset, $"{sentence[..^1]}, moved by {Number(offset, "line")}.")
            : new DriftCell(DriftStatus.Fits, sentence);
    }

    private static string Number(int count, string noun) => Math.Abs(count) == 1 ? $"{count} {noun}" : $"{count} {noun}s";
}
