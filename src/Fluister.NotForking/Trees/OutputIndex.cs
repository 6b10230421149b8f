using System.Globalization;
using System.Text;

namespace Fluister.NotForking.Trees;

/// <summary>What was written below `OUT/NAME`: the file `OUT/.index/NAME`, in the format of the old tool.</summary>
/// <remarks>For each entry, in the order of the paths' bytes: `f` or `l`, blank, size, blank, path, NUL, SHA-512 or target, NUL.</remarks>
internal static class OutputIndex
{
    /// <summary>Reads an index.</summary>
    /// <exception cref="NotForkException">It is not one.</exception>
    public static SortedDictionary<string, IndexEntry> Read(string file)
    {
        var entries = new SortedDictionary<string, IndexEntry>(Utf8Order.Instance);
        var parts = Encoding.UTF8.GetString(File.ReadAllBytes(file)).Split('\0');
        for (var at = 0; at + 1 < parts.Length; at += 2)
        {
            var head = parts[at].Split(' ', 3);
            if (head is not [("f" or "l") and var kind, var size, var path] || !TreePath.IsInside(path)
                || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
            {
                throw Malformed(file);
            }

            entries[path] = new IndexEntry(kind == "f" ? EntryKind.File : EntryKind.Link, length, parts[at + 1]);
        }

        return parts.Length % 2 == 1 && parts[^1].Length == 0 ? entries : throw Malformed(file);
    }

    /// <summary>Writes an index to a new file.</summary>
    public static void Write(string file, SortedDictionary<string, IndexEntry> entries)
    {
        using var output = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
        foreach (var (path, entry) in entries)
        {
            output.Write(string.Create(
                CultureInfo.InvariantCulture, $"{(entry.Kind == EntryKind.File ? 'f' : 'l')} {entry.Size} {path}\0{entry.Content}\0"));
        }
    }

    private static NotForkException Malformed(string file) => new(
        ExitCode.OutputGuard, "This index of an output is damaged; move the output away and delete this file.", new Place(file));
}
