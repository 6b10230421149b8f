using System.Security.Cryptography;
using System.Text;

namespace Fluister.NotForking.Trees;

/// <summary>One SHA-256 for a whole tree: over lines "MODE SHA256 PATH\n" in the order of the paths' UTF-8 bytes.</summary>
/// <remarks>MODE is 100644, 100755 or, for a link, 120000; SHA256 is lower hex, of the file's bytes or of the link's target. Anybody can
/// compute it with sha256sum; docs/spec/not-fork-lock.md shows how. One object hashes each file on disk once.</remarks>
public sealed class TreeHash
{
    private readonly Dictionary<string, string> _byLocation = new(StringComparer.Ordinal);

    /// <summary>The hash of a tree, in lower hex.</summary>
    public string Of(IEnumerable<TreeEntry> tree)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var entry in tree.OrderBy(entry => entry.Path, Utf8Order.Instance))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{Content(entry)} {entry.Path}\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>What an entry is: "MODE SHA256".</summary>
    public string Content(TreeEntry entry)
    {
        if (!_byLocation.TryGetValue(entry.Location, out var hash))
        {
            _byLocation.Add(entry.Location, hash = Hash(entry));
        }

        return $"{Mode(entry)} {hash}";
    }

    /// <summary>An entry's mode as git writes it.</summary>
    public static string Mode(TreeEntry entry) => entry.Kind == EntryKind.Link ? "120000" : entry.IsExecutable ? "100755" : "100644";

    /// <summary>The SHA-256 of a file's bytes, in lower hex.</summary>
    public static string OfFile(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static string Hash(TreeEntry entry) => entry.Kind == EntryKind.Link
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(new FileInfo(entry.Location).LinkTarget!)))
        : OfFile(entry.Location);
}
