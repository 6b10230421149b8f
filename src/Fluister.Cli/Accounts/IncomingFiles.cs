using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Cli.Commands;
using Fluister.Client;

namespace Fluister.Cli.Accounts;

/// <summary>Writes the files that come with messages into a folder, in plain text, under names that are safe there.</summary>
internal sealed class IncomingFiles
{
    private const int LongestName = 100;

    /// <summary>Bytes of UTF-8: file systems take 255, and a number and the marks of an unfinished file come to it.</summary>
    private const int LongestNameBytes = 200;
    private const int PieceBytes = 64 * 1024;

    private readonly string _folder;

    /// <exception cref="ArchiveException">The folder cannot be made.</exception>
    public IncomingFiles(string folder)
    {
        _folder = Path.GetFullPath(folder);
        try
        {
            Directory.CreateDirectory(_folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveError.Denied, $"The folder {folder} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Writes a file that was fetched.</summary>
    /// <returns>Its path; null for other events.</returns>
    public async Task<string?> TakeAsync(ClientEvent happened, AccountClient client, CancellationToken cancel) =>
        happened is AttachmentFetched { Cause: null, Index: >= 0 } fetched
            ? await WriteAsync(client, fetched.MessageId, fetched.Index, cancel).ConfigureAwait(false) : null;

    /// <summary>A name that is one everywhere: no folders, no control characters, no beginning with a dot.</summary>
    internal static string SafeName(string name)
    {
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = string.Concat(Terminal.Clean(last).Select(c => "<>:\"|?*\uFFFD".Contains(c, StringComparison.Ordinal) ? '_' : c))
            .Trim().TrimStart('.').TrimEnd('.');
        if (!Fits(clean))
        {
            var kind = Path.GetExtension(clean) is { Length: < 10 } extension ? extension : "";
            var stem = clean[..Math.Min(clean.Length - kind.Length, LongestName - kind.Length)];
            while (!Fits(stem + kind))
            {
                stem = stem[..^1];
            }

            // No half of a letter.
            clean = (stem.Length > 0 && char.IsHighSurrogate(stem[^1]) ? stem[..^1] : stem) + kind;
        }

        return clean.Length > 0 ? clean : "file";
    }

    private static bool Fits(string name) => name.Length <= LongestName && Encoding.UTF8.GetByteCount(name) <= LongestNameBytes;

    private async Task<string> WriteAsync(AccountClient client, string messageId, int index, CancellationToken cancel)
    {
        using var file = client.OpenAttachment(messageId, index);
        var path = FreePath(SafeName(file.Name ?? ""));
        using var output = new OutputFile(path, overwrite: false);
        using var progress = new ByteProgress();
        var buffer = new byte[PieceBytes];
        long done = 0;
        while (await file.Content.ReadAsync(buffer, cancel).ConfigureAwait(false) is > 0 and var count)
        {
            await output.Stream.WriteAsync(buffer.AsMemory(0, count), cancel).ConfigureAwait(false);
            progress.Report(done += count, file.Size);
        }

        output.Commit();
        return path;
    }

    private string FreePath(string name)
    {
        for (var number = 1; ; number++)
        {
            var numbered = number == 1 ? name : $"{Path.GetFileNameWithoutExtension(name)} ({number}){Path.GetExtension(name)}";
            var path = Path.Combine(_folder, numbered);
            if (!Path.Exists(path))
            {
                return path;
            }
        }
    }
}
