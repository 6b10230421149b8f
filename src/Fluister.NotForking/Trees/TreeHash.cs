using System.Security.Cryptography;
using System.Text;

namespace Fluister.NotForking.Trees;

/// <summary>One SHA-256 for a whole tree: over lines "MODE SHA256 PATH\n" in the order of the paths' UTF-8 bytes.</summary>
/// <remarks>MODE is 100644, 100755 or, for a link, 120000; SHA256 is lower hex, of the file's bytes or of the link's target. Anybody can
/// compute it with sha256sum; docs/spec/not-fork-lock.md shows how.</remarks>
public static class TreeHash
{
    /// <summary>The hash of a tree, in lower hex.</summary>
    public static string Of(IEnumerable<TreeEntry> tree) => Of(tree.Select(entry => (entry.Path, Line(entry))));

    /// <summary>The hash over lines that were made before.</summary>
    /// <param name="lines">Path and line of each entry, in any order.</param>
    public static string Of(IEnumerable<(string Path, string Line)> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, line) in lines.OrderBy(line => line.Path, Utf8Order.Instance))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(line));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>An entry's line.</summary>
    public static string Line(TreeEntry entry) => $"{Mode(entry)} {Content(entry)} {entry.Path}\n";

    /// <summary>An entry's mode as git writes it.</summary>
    public static string Mode(TreeEntry entry) => entry.Kind == EntryKind.Link ? "120000" : entry.IsExecutable ? "100755" : "100644";

    /// <summary>The SHA-256 of a file's bytes or of a link's target, in lower hex.</summary>
    public static string Content(TreeEntry entry)
    {
        if (entry.Kind == EntryKind.Link)
        {
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(new FileInfo(entry.Location).LinkTarget!)));
        }

        using var file = File.OpenRead(entry.Location);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }
}
