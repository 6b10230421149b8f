using System.Text;

namespace Fluister.NotForking.Locks;

/// <summary>The paths that `OUT/.index/NAME` lists: what not-fork wrote to `OUT/NAME`.</summary>
internal static class OutputIndex
{
    /// <summary>Reads them. Records are "f SIZE PATH" or "l SIZE PATH", a NUL, a hash or target, a NUL.</summary>
    /// <exception cref="NotForkException">There is no index.</exception>
    public static HashSet<string> Paths(string output, string name)
    {
        var file = Path.Combine(output, ".index", name);
        if (!File.Exists(file))
        {
            throw new NotForkException(ExitCode.Verification, "There is no index of what was written.", new Place(file));
        }

        return [.. Encoding.UTF8.GetString(File.ReadAllBytes(file)).Split('\0').Where((_, at) => at % 2 == 0)
            .Select(record => record.TrimStart('\n').Split(' ', 3)).Where(parts => parts.Length == 3).Select(parts => parts[2])];
    }
}
