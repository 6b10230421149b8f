using System.Security.Cryptography;

namespace Fluister.Engines.Models;

/// <summary>SHA-256 of large files, while they are copied or not.</summary>
internal static class FileHash
{
    private const int BufferSize = 1 << 20;

    /// <summary>Reads a file to its end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="copy">Gets all its bytes; may be null.</param>
    /// <param name="progress">Told how many bytes are done; may be null.</param>
    /// <param name="cancel">Stops between two megabytes.</param>
    /// <returns>The hash in lower case hexadecimal.</returns>
    public static string Compute(string path, Stream? copy, Action<long>? progress, CancellationToken cancel)
    {
        using var input = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferSize];
        long done = 0;
        for (int read; (read = input.Read(buffer)) > 0;)
        {
            cancel.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
            copy?.Write(buffer, 0, read);
            progress?.Invoke(done += read);
        }

        cancel.ThrowIfCancellationRequested();
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
