using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Fluister.NotForking.Trees;

/// <summary>Reads files for an output: a piece at a time, each file once for everything that is to be known of it.</summary>
internal sealed class FileDigests : IDisposable
{
    private const int Piece = 128 << 10;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);

    /// <summary>Copies a file to a new one, and takes the digest of what was copied.</summary>
    public FileDigest Copy(TreeEntry entry, string to)
    {
        if (entry.Content is { } content)
        {
            using var written = Create(to, entry.IsExecutable, content.Length);
            written.Write(content);
            return new FileDigest(content.Length, Convert.ToHexStringLower(SHA512.HashData(content)));
        }

        using var from = Open(entry.Location);
        using var copy = Create(to, entry.IsExecutable, RandomAccess.GetLength(from));
        return Read(from, (piece, _) => copy.Write(piece));
    }

    /// <summary>The digest of a file as it is now.</summary>
    public FileDigest Of(string path)
    {
        using var file = Open(path);
        return Read(file, null);
    }

    /// <summary>The digest of a file as it is now, and whether an entry has the same bytes.</summary>
    public (FileDigest Digest, bool IsSame) Compare(string path, TreeEntry other)
    {
        using var file = Open(path);
        if (other.Content is { } content)
        {
            var isEqual = content.Length == RandomAccess.GetLength(file);
            var digest = Read(file, (piece, at) => isEqual = isEqual && piece.SequenceEqual(content.AsSpan((int)at, piece.Length)));
            return (digest, isEqual);
        }

        using var second = Open(other.Location);
        var isSame = RandomAccess.GetLength(file) == RandomAccess.GetLength(second);
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            var read = Read(file, (piece, at) =>
                isSame = isSame && RandomAccess.Read(second, buffer.AsSpan(0, piece.Length), at) == piece.Length
                    && piece.SequenceEqual(buffer.AsSpan(0, piece.Length)));
            return (read, isSame);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    // Not locked against writers: a checkout and an output have locks of their own.
    private static SafeFileHandle Open(string path) => File.OpenHandle(
        path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static FileStream Create(string path, bool isExecutable, long length)
    {
        return new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            BufferSize = 0,
            PreallocationSize = length > Piece ? length : 0,
            UnixCreateMode = OperatingSystem.IsWindows() ? null : UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead
                | UnixFileMode.OtherRead | (isExecutable ? OutputFolder.Execute : UnixFileMode.None),
        });
    }

    private FileDigest Read(SafeFileHandle file, Action<ReadOnlySpan<byte>, long>? take)
    {
        var length = RandomAccess.GetLength(file);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length, 1, Piece));
        try
        {
            var size = 0L;
            while (size < length && RandomAccess.Read(file, buffer, size) is > 0 and var read)
            {
                var piece = buffer.AsSpan(0, read);
                _hash.AppendData(piece);
                take?.Invoke(piece, size);
                size += read;
            }

            return new FileDigest(size, Convert.ToHexStringLower(_hash.GetHashAndReset()));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
