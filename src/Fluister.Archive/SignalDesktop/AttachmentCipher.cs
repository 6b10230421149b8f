using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop;

/// <summary>Files next to Signal Desktop's store: messages' attachments, stickers, avatars, drafts.</summary>
/// <remarks>
/// Version 2 is IV (16) | AES-256-CBC, PKCS#7 | HMAC-SHA256 (32) over both, with keys of its own for each file
/// (Signal-Desktop ts/AttachmentCrypto.node.ts). The plain text is padded to hide its size and cut to the size that the store says.
/// Version 1 and none are plain files.
/// </remarks>
public static class AttachmentCipher
{
    /// <summary>Below the profile's folder: attachments, and avatars of conversations.</summary>
    public const string Attachments = "attachments.noindex";

    /// <summary>Below the profile's folder: stickers of installed packs.</summary>
    public const string Stickers = "stickers.noindex";

    /// <summary>Below the profile's folder: attachments of messages not sent yet.</summary>
    public const string Drafts = "drafts.noindex";

    /// <summary>Longest file that is read; Signal stops far below.</summary>
    public const long MaxLength = 16L << 30;

    private const int MaxPathLength = 1024;

    /// <summary>Opens the plain bytes of a file, up to <see cref="Attachment.Size"/>; null where the file is not there.</summary>
    /// <param name="root">The folder that the path is relative to, such as <see cref="Attachments"/> in the profile's folder.</param>
    /// <param name="attachment">Path, version, key and size as the store says them.</param>
    /// <remarks>No byte is given out before the whole file was authenticated, nor where it changed since.</remarks>
    /// <exception cref="ArchiveException">The path leaves the folder, the file is not authentic, or it cannot be read.</exception>
    public static Stream? Open(string root, Attachment attachment)
    {
        FileInfo? file;
        try
        {
            file = attachment.Path is null ? null : Locate(root, attachment.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(ArchiveError.Denied, root, "cannot be looked for", e);
        }

        if (file is null)
        {
            return null;
        }

        if (attachment.Version > 2)
        {
            throw Fault(ArchiveError.Unsupported, file.FullName, $"is of version {attachment.Version}; versions up to 2 are known");
        }

        // A pipe or a device has no length, and opening it could wait for ever: nothing without a length is opened.
        if (file.Length == 0 && attachment.Version < 2)
        {
            return Stream.Null;
        }

        if (file.Length is 0 or > MaxLength)
        {
            throw Fault(ArchiveError.Damaged, file.FullName, file.Length == 0 ? "is empty" : $"is larger than {MaxLength} bytes");
        }

        FileStream? stream = null;
        try
        {
            stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            if (attachment.Version < 2)
            {
                return stream;
            }

            using var keys = ParseKey(file.FullName, attachment.LocalKey);
            return AttachmentStream.Open(stream, keys, attachment.Size);
        }
        catch (Exception e)
        {
            stream?.Dispose();
            switch (e)
            {
                case FileNotFoundException or DirectoryNotFoundException:
                    return null;
                case IOException or UnauthorizedAccessException:
                    throw Fault(ArchiveError.Denied, file.FullName, "cannot be read", e);
                default:
                    throw;
            }
        }
    }

    internal static ArchiveException Fault(ArchiveError error, string path, string what, Exception? inner = null) => new(
        error,
        $"The attachment {path} {what}. " + (error == ArchiveError.Unsupported
            ? "Use a newer Fluister."
            : error == ArchiveError.Denied
                ? "Check its permissions."
                : "Fetch it again in Signal, or take a fresh copy of the profile."),
        inner);

    /// <summary>The file; null where it is not there. A name that the store gives is not trusted to stay in the folder.</summary>
    private static FileInfo? Locate(string root, string path)
    {
        // Signal on Windows writes backslashes, and such a profile may be read anywhere.
        var names = path.Length <= MaxPathLength ? path.Split('/', '\\') : [];
        if (names.Length == 0 || names.Any(name => name is "" or "." or ".." || name.AsSpan().ContainsAny(':', '\0')))
        {
            throw Outside(root);
        }

        var place = Path.GetFullPath(root);
        foreach (var name in names)
        {
            place = Path.Combine(place, name);
            FileSystemInfo entry = new FileInfo(place);
            // A link below the folder may lead anywhere, and Signal makes none. The folder itself may be one: the person's choice.
            if (entry.LinkTarget is not null)
            {
                throw Outside(root);
            }
        }

        var file = new FileInfo(place);
        return file.Exists ? file : null;
    }

    private static ArchiveException Outside(string root) => new(
        ArchiveError.Denied,
        $"An attachment's path leads out of {root}: refused. The store was not written by Signal, or it is damaged.");

    private static Secret ParseKey(string path, string? localKey)
    {
        Span<byte> keys = stackalloc byte[AttachmentStream.KeysLength];
        try
        {
            Span<byte> text = stackalloc byte[Base64.GetMaxEncodedToUtf8Length(AttachmentStream.KeysLength)];
            if (localKey?.Length == text.Length
                && Encoding.UTF8.TryGetBytes(localKey, text, out var length)
                && Base64.DecodeFromUtf8(text[..length], keys, out _, out var written) == OperationStatus.Done
                && written == keys.Length)
            {
                return new Secret(keys);
            }

            throw Fault(ArchiveError.Damaged, path, "has no usable key in the store");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }
}
