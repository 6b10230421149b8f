using System.Text;

namespace Fluister.NotForking.Rebuild.Documents;

/// <summary>SHA256SUMS, in the form that sha256sum reads and writes.</summary>
internal static class Sums
{
    /// <summary>The name of the file.</summary>
    public const string Name = "SHA256SUMS";

    /// <summary>The hashes of a folder's files, but for the list itself and signatures, in the order of their names.</summary>
    public static IReadOnlyList<(string Name, string Hash)> Of(string folder) =>
    [
        .. Directory.GetFiles(folder).Select(file => Path.GetFileName(file))
            .Where(name => !name.StartsWith(Name, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(name => (name, FolderHash.File(Path.Combine(folder, name)))),
    ];

    /// <summary>Writes the list.</summary>
    public static byte[] Write(IEnumerable<(string Name, string Hash)> sums) =>
        Encoding.UTF8.GetBytes(string.Concat(sums.Select(sum => $"{sum.Hash}  {sum.Name}\n")));

    /// <summary>Reads a list.</summary>
    /// <exception cref="NotForkException">A line is not "SHA256  NAME", or a name leads elsewhere.</exception>
    public static IReadOnlyList<(string Name, string Hash)> Read(string path)
    {
        List<(string, string)> sums = [];
        foreach (var line in File.Exists(path) ? File.ReadLines(path)
            : throw new NotForkException(ExitCode.Usage, "There is no such file.", new Place(path)))
        {
            var place = new Place(path, sums.Count + 1);
            if (line.Length < 67 || line[64..66] is not ("  " or " *") || line[..64].Any(digit => !char.IsAsciiHexDigitLower(digit)))
            {
                throw new NotForkException(ExitCode.Verification, "Not \"SHA-256, two spaces, name\".", place);
            }

            var name = line[66..];
            if (name.AsSpan().ContainsAny('/', '\\') || name is "." or ".." || sums.Exists(sum => sum.Item1 == name))
            {
                throw new NotForkException(
                    ExitCode.Verification, $"\"{name}\" is twice there, or not the name of a file in this folder.", place);
            }

            sums.Add((name, line[..64]));
        }

        return sums.Count > 0 ? sums : throw new NotForkException(ExitCode.Verification, "It names no file.", new Place(path));
    }
}
