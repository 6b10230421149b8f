using Fluister.NotForking.Modifications;
using Fluister.NotForking.Texts;

namespace Fluister.NotForking.Drift;

/// <summary>Merges fragments one by one: a function is found wherever it went, and only its own lines are compared.</summary>
internal static class FragmentMerge
{
    /// <summary>Merges.</summary>
    /// <param name="fragments">The patch.</param>
    /// <param name="edited">What it makes of each file in the old version.</param>
    /// <param name="new">The new version.</param>
    /// <param name="names">What markers call ours, base and theirs.</param>
    public static IEnumerable<RebasedFile> Of(
        IReadOnlyList<Fragment> fragments, IReadOnlyList<(string Path, byte[] Before, byte[] After)> edited, MassagedTree @new,
        (string Ours, string Base, string Theirs) names)
    {
        foreach (var (path, before, after) in edited)
        {
            var theirs = Rebase.Bytes(@new, path) ?? throw new NotForkException(
                ExitCode.Drift, $"Version {names.Theirs} has no file \"{path}\".",
                fragments.First(fragment => fragment.Path == path).Place);
            var (merged, conflicts) = (theirs, 0);
            foreach (var fragment in fragments.Where(fragment => fragment.Path == path))
            {
                var merge = ThreeWayMerge.Of(
                    Part(before, fragment, names.Base).Part, Part(after, fragment, names.Base).Part,
                    Part(merged, fragment, names.Theirs).Part, names);
                var (_, head, tail) = Part(merged, fragment, names.Theirs);
                merged = [.. head.Span, .. merge.Text, .. tail.Span];
                conflicts += merge.Conflicts.Count;
            }

            yield return new RebasedFile(path, theirs, merged, conflicts == 0 ? [] : Marked(merged));
        }
    }

    /// <summary>A fragment's lines, and what lies before and after them.</summary>
    private static (TextLines Part, ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Tail) Part(
        byte[] text, Fragment fragment, string version)
    {
        var lines = new TextLines(text);
        var (from, next) = fragment.Find(lines) ?? throw new NotForkException(
            ExitCode.Drift, $"\"{fragment.Path}\" has no fragment \"{fragment.Value}\" in version {version}.", fragment.Place);
        return (new TextLines(lines.Keep(from, next)), lines.Keep(0, from), lines.Keep(next, lines.Count));
    }

    private static List<(int From, int To)> Marked(byte[] text)
    {
        var (lines, marked, from) = (new TextLines(text), new List<(int From, int To)>(), 0);
        for (var at = 0; at < lines.Count; at++)
        {
            if (lines[at].StartsWith("<<<<<<< "u8))
            {
                from = at + 1;
            }
            else if (lines[at].StartsWith(">>>>>>> "u8) && from > 0)
            {
                marked.Add((from, at + 1));
                from = 0;
            }
        }

        return marked;
    }
}
