using System.Security.Cryptography;
using System.Text;
using Fluister.NotForking.Rebuild.Archives;

namespace Fluister.NotForking.Rebuild;

/// <summary>
/// The build hash: SHA-256 over the lines "SHA256  PATH\n" of all files of a program's folder, ordered by the bytes of their paths:
/// find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum.
/// </summary>
internal static class FolderHash
{
    /// <summary>Of a folder.</summary>
    /// <returns>64 hexadecimal digits.</returns>
    public static string Of(string folder)
    {
        var lines = new StringBuilder();
        foreach (var (file, path) in Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (file, path: Path.GetRelativePath(folder, file).Replace('\\', '/')))
            .OrderBy(pair => Encoding.UTF8.GetBytes(pair.path), ByteOrder.Instance))
        {
            lines.Append(File(file)).Append("  ").Append(path).Append('\n');
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    /// <summary>Of one file: its SHA-256.</summary>
    public static string File(string path)
    {
        using var stream = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
