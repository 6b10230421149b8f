using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Exports.Output;

namespace Fluister.Client.Attachments;

/// <summary>The encrypted bytes of a large attachment that have come so far, so that a crash does not cost them. They are checked again
/// when they are gone on with, as all others are.</summary>
internal sealed class PartialDownload : IDisposable
{
    private const string Folder = ".partial";

    private readonly FileStream _file;

    private PartialDownload(FileStream file)
    {
        _file = file;
        Known = file.Length;
    }

    /// <summary>Bytes that were there when it was opened.</summary>
    public long Known { get; private set; }

    /// <summary>Opens what there is of an attachment, or begins; none for a small one, for one that is being fetched already, and where
    /// the disk does not want to: then it is fetched in one go.</summary>
    /// <param name="root">The folder of attachments.</param>
    /// <param name="remote">Which.</param>
    /// <param name="now">What was not touched for long is removed.</param>
    public static PartialDownload? Open(string root, RemoteFile remote, DateTimeOffset now)
    {
        if (remote.Seal.Size < ClientLimits.PartialFrom)
        {
            return null;
        }

        try
        {
            var folder = Path.Combine(root, Folder);
            PrivateFiles.MakeFolder(root);
            PrivateFiles.MakeFolder(folder);
            Prune(folder, now);
            var name = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes(remote.CdnKey), .. remote.Key.Span]));
            var options = PrivateFiles.New(FileShare.None);
            (options.Mode, options.Access) = (FileMode.OpenOrCreate, FileAccess.ReadWrite);
            return new PartialDownload(new FileStream(Path.Combine(folder, name), options));
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads the next of the bytes that were there.</summary>
    /// <exception cref="IOException">The disk fails.</exception>
    public int Read(Span<byte> buffer) => _file.Read(buffer);

    /// <summary>Keeps bytes that have come.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public void Append(ReadOnlyMemory<byte> encrypted) => AttachmentFileWriter.Guard(() =>
    {
        _file.Write(encrypted.Span);
        return true;
    });

    /// <summary>Forgets all of it.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public void Reset() => AttachmentFileWriter.Guard(() =>
    {
        _file.SetLength(0);
        _file.Position = 0;
        Known = 0;
        return true;
    });

    /// <summary>Removes it: it is complete, or of no use.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public void Remove() => AttachmentFileWriter.Guard(() =>
    {
        File.Delete(_file.Name);
        return true;
    });

    /// <summary>Closes it; what there is stays.</summary>
    public void Dispose() => _file.Dispose();

    // The oldest go, and those that nobody has gone on with.
    private static void Prune(string folder, DateTimeOffset now)
    {
        var old = new DirectoryInfo(folder).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc)
            .Where((file, place) => place >= ClientLimits.PartialDownloads
                || now - new DateTimeOffset(file.LastWriteTimeUtc) > ClientLimits.PartialAge);
        foreach (var file in old)
        {
            file.Delete();
        }
    }
}
