using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Modifications.Strict;

/// <summary>Paths that an edit adds to a tree.</summary>
internal static class NewPath
{
    /// <summary>Takes a path that nothing of the tree has, nor stands in the way of.</summary>
    /// <exception cref="NotForkException">It leaves the tree (configuration), or is taken (drift).</exception>
    public static string Checked(Workspace tree, string path, Place place)
    {
        TreePath.Checked(path, place);
        if (tree.Find(path) is not null)
        {
            throw new NotForkException(ExitCode.Drift, $"There is a file \"{path}\" already: `replace` is for files that exist.", place);
        }

        for (var at = path.LastIndexOf('/'); at > 0; at = path.LastIndexOf('/', at - 1))
        {
            if (tree.Find(path[..at]) is not null)
            {
                throw new NotForkException(ExitCode.Drift, $"\"{path}\" cannot be: \"{path[..at]}\" is a file.", place);
            }
        }

        var below = path + "/";
        return !tree.EditablePaths.Any(other => other.StartsWith(below, StringComparison.Ordinal))
            ? path : throw new NotForkException(ExitCode.Drift, $"\"{path}\" is a folder.", place);
    }
}
