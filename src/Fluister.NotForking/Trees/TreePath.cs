namespace Fluister.NotForking.Trees;

/// <summary>Paths inside a tree: relative, with "/", never out of it.</summary>
public static class TreePath
{
    /// <summary>Takes a path that a configuration, patch or archive names.</summary>
    /// <param name="path">As it stands there.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="code">What the refusal counts as.</param>
    /// <returns>The same path, which stays inside of any folder.</returns>
    /// <exception cref="NotForkException">Absolute, empty, with "..", ".", an empty part, a NUL or a line end.</exception>
    public static string Checked(string path, Place place, ExitCode code = ExitCode.Configuration) =>
        IsInside(path) ? path : throw new NotForkException(
            code, $"\"{path}\" is not a path inside of the tree: it must be relative, without \"..\" and empty parts.", place);

    /// <summary>Whether a path stays inside of any folder.</summary>
    public static bool IsInside(string path) =>
        path.Length > 0 && path.IndexOfAny(['\0', '\n', '\r']) < 0 && path.Split('/').All(part => part is not ("" or "." or ".."));

    /// <summary>Whether a folder on the way from a root to a path is a link, so that the path leaves the root after all.</summary>
    public static bool IsBehindLink(string root, string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (new DirectoryInfo(Path.Combine(root, path[..slash])).LinkTarget is not null)
            {
                return true;
            }
        }

        return false;
    }
}
