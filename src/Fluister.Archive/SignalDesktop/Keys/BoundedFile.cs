using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>A small file that holds secrets, read whole into memory that is cleared.</summary>
internal static class BoundedFile
{
    /// <summary>The file's bytes.</summary>
    /// <exception cref="ArchiveException">It is not there, longer than <paramref name="limit"/> bytes, or may not be read.</exception>
    public static Secret Read(string path, int limit)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(limit + 1, pinned: true);
        try
        {
            // No buffer of the stream's own: it would keep a copy.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length <= limit
                ? new Secret(buffer.AsSpan(0, length))
                : throw new ArchiveException(ArchiveError.Damaged, $"{path} is larger than {limit} bytes: not such a file.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ArchiveException(ArchiveError.NotFound, $"{path} does not exist. Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"{path} cannot be read ({e.GetType().Name}). Check its permissions.", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }
}
