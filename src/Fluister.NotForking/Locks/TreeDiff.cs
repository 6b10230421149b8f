using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking.Texts;
using Fluister.NotForking.Trees;

namespace Fluister.NotForking.Locks;

/// <summary>What makes one tree of another, in git's form of a unified diff: `patch -p1` and `git apply` understand it.</summary>
/// <remarks>Binary files are named and no more, as git does by itself; a link is a text, its target, of mode 120000.</remarks>
internal static class TreeDiff
{
    /// <summary>How far git looks for a NUL, which makes a file binary: 8,000 bytes.</summary>
    private const int BinaryBytes = 8000;

    /// <summary>Writes the diff.</summary>
    /// <returns>How many paths differ.</returns>
    public static int Write(IEnumerable<TreeEntry> old, IEnumerable<TreeEntry> @new, Stream output, Func<string, bool>? isWanted = null)
    {
        var hash = new TreeHash();
        var (before, after) = (Map(old, isWanted), Map(@new, isWanted));
        var count = 0;
        foreach (var path in before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(Utf8Order.Instance))
        {
            var (one, other) = (before.GetValueOrDefault(path), after.GetValueOrDefault(path));
            if (one == other || (one is not null && other is not null && hash.Content(one) == hash.Content(other)))
            {
                continue;
            }

            count++;
            if (one is not null && other is not null && one.Kind != other.Kind)
            {
                Write(path, one, null, output);
                Write(path, null, other, output);
            }
            else
            {
                Write(path, one, other, output);
            }
        }

        return count;
    }

    private static Dictionary<string, TreeEntry> Map(IEnumerable<TreeEntry> tree, Func<string, bool>? isWanted) =>
        tree.Where(entry => isWanted is null || isWanted(entry.Path)).ToDictionary(entry => entry.Path, StringComparer.Ordinal);

    private static void Write(string path, TreeEntry? old, TreeEntry? @new, Stream output)
    {
        var (a, b) = (Quoted("a/" + path), Quoted("b/" + path));
        Line(output, $"diff --git {a} {b}");
        if (old is null)
        {
            Line(output, $"new file mode {TreeHash.Mode(@new!)}");
        }
        else if (@new is null)
        {
            Line(output, $"deleted file mode {TreeHash.Mode(old)}");
        }
        else if (TreeHash.Mode(old) != TreeHash.Mode(@new))
        {
            Line(output, $"old mode {TreeHash.Mode(old)}");
            Line(output, $"new mode {TreeHash.Mode(@new)}");
        }

        var (before, after) = (Bytes(old), Bytes(@new));
        if (before.AsSpan().SequenceEqual(after))
        {
            return;
        }

        if (IsBinary(before) || IsBinary(after))
        {
            Line(output, $"Binary files {(old is null ? "/dev/null" : a)} and {(@new is null ? "/dev/null" : b)} differ");
            return;
        }

        if (old?.Kind == EntryKind.Link && @new is not null)
        {
            // It is by the mode in this line that patch knows a link.
            Line(output, $"index {BlobId(before)}..{BlobId(after)} 120000");
        }

        // A name with a blank ends with a tab, so that patch does not take what follows the blank for a date.
        var tab = path.Contains(' ', StringComparison.Ordinal) ? "\t" : "";
        Line(output, old is null ? "--- /dev/null" : $"--- {a}{tab}");
        Line(output, @new is null ? "+++ /dev/null" : $"+++ {b}{tab}");
        output.Write(UnifiedDiff.Hunks(new TextLines(before), new TextLines(after)));
    }

    private static byte[] Bytes(TreeEntry? entry) => entry is null ? [] : entry.Kind == EntryKind.Link
        ? Encoding.UTF8.GetBytes(new FileInfo(entry.Location).LinkTarget!) : Workspace.Read(entry, new Place(entry.Path));

    /// <summary>The name that git gives a file of these bytes.</summary>
    private static string BlobId(byte[] bytes)
    {
#pragma warning disable CA5350 // Git's names are SHA-1; nothing here relies on them.
        return Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {bytes.Length}\0"), .. bytes]));
#pragma warning restore CA5350
    }

    private static bool IsBinary(byte[] text) => text.AsSpan(0, Math.Min(text.Length, BinaryBytes)).Contains((byte)0);

    /// <summary>A name as git writes it: in quotes if it has a quote, a backslash, a control character, or a byte above 127.</summary>
    private static string Quoted(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        if (!bytes.AsSpan().ContainsAnyExceptInRange((byte)' ', (byte)'~') && name.IndexOfAny(['"', '\\']) < 0)
        {
            return name;
        }

        var quoted = new StringBuilder("\"");
        foreach (var unit in bytes)
        {
            quoted.Append((char)unit switch
            {
                '\a' => "\\a",
                '\b' => "\\b",
                '\t' => "\\t",
                '\n' => "\\n",
                '\v' => "\\v",
                '\f' => "\\f",
                '\r' => "\\r",
                '"' => "\\\"",
                '\\' => "\\\\",
                >= ' ' and <= '~' and var letter => letter.ToString(),
                _ => "\\" + Convert.ToString(unit, 8).PadLeft(3, '0'),
            });
        }

        return quoted.Append('"').ToString();
    }

    private static void Line(Stream output, string text) => output.Write(Encoding.UTF8.GetBytes(text + "\n"));
}
