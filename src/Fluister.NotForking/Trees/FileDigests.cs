using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Fluister.NotForking.Trees;

/// <summary>Digests of the files that lie somewhere on disk: each is read once, a piece at a time, for both hashes.</summary>
public sealed class FileDigests : IDisposable
{
    private const int Piece = 128 << 10;
    private readonly Dictionary<string, FileDigest> _byLocation = new(StringComparer.Ordinal);
    private readonly IncrementalHash _sha512 = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The digest of an entry.</summary>
    public FileDigest Of(TreeEntry entry) => _byLocation.TryGetValue(entry.Location, out var digest) ? digest : Copy(entry, null);

    /// <summary>Whether the digest of an entry is known without reading it.</summary>
    public bool Has(TreeEntry entry) => _byLocation.ContainsKey(entry.Location);

    /// <summary>The digest of an entry; a file's bytes go to a new file at the same time.</summary>
    public FileDigest Copy(TreeEntry entry, string? to)
    {
        var digest = entry.Kind == EntryKind.Link ? OfLink(entry) : Read(entry.Location, to, entry.IsExecutable);
        _byLocation[entry.Location] = digest;
        return digest;
    }

    /// <summary>The SHA-512 of a file as it is now.</summary>
    public string Sha512(string path) => Read(path, null, isExecutable: false).Sha512;

    /// <inheritdoc/>
    public void Dispose()
    {
        _sha512.Dispose();
        _sha256.Dispose();
    }

    private FileDigest OfLink(TreeEntry entry)
    {
        var target = Encoding.UTF8.GetBytes(new FileInfo(entry.Location).LinkTarget!);
        return new FileDigest(target.Length, "", Convert.ToHexStringLower(SHA256.HashData(target)));
    }

    private FileDigest Read(string path, string? to, bool isExecutable)
    {
        using var from = File.OpenHandle(path);
        var length = RandomAccess.GetLength(from);
        using var copy = to is null ? null : Create(to, isExecutable, length);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(length, 1), Piece));
        try
        {
            var size = 0L;
            for (int read; (read = RandomAccess.Read(from, buffer, size)) > 0; size += read)
            {
                var piece = buffer.AsSpan(0, read);
                _sha512.AppendData(piece);
                _sha256.AppendData(piece);
                copy?.Write(piece);
            }

            return new FileDigest(size, Convert.ToHexStringLower(_sha512.GetHashAndReset()), Convert.ToHexStringLower(_sha256.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FileStream Create(string path, bool isExecutable, long length)
    {
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead
            | (isExecutable ? UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : UnixFileMode.None);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0, PreallocationSize = length > Piece ? length : 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return new FileStream(path, options);
    }
}
