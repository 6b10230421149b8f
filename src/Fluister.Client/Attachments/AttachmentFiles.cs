using System.Buffers;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;
using Fluister.Archive.SignalDesktop;
using Fluister.Cryptography;

namespace Fluister.Client.Attachments;

/// <summary>The files of messages below an account's folder, each encrypted with a key of its own, which the store keeps.</summary>
/// <remarks>A file has its name only when all of it is on the disk; until then it lies, encrypted too, in a folder that is emptied when
/// the account is opened.</remarks>
internal sealed class AttachmentFiles
{
    private const string Unfinished = ".unfinished";
    private const int NameBytes = 32;
    private const int Shard = 2;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly string _root;
    private readonly RandomSource _random;

    /// <summary>Takes an account's folder, which this process alone has open.</summary>
    public AttachmentFiles(string accountFolder, RandomSource random)
    {
        (_root, _random) = (Path.Combine(accountFolder, AttachmentCipher.Attachments), random);
    }

    /// <summary>The folder of all of them.</summary>
    public string Root => _root;

    /// <summary>Removes what was not finished before a crash. Before anything else is done here.</summary>
    public void Clean()
    {
        var folder = Path.Combine(_root, Unfinished);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Begins a file.</summary>
    /// <param name="size">Bytes of the plain file, where they are known; another number of bytes is a mistake then.</param>
    /// <exception cref="ClientException">Store: the disk is full or fails.</exception>
    public AttachmentFileWriter Begin(long? size = null)
    {
        Span<byte> name = stackalloc byte[NameBytes];
        _random.Fill(name);
        var digits = Convert.ToHexStringLower(name);
        return AttachmentFileWriter.Guard(() =>
        {
            PrivateFiles.MakeFolder(_root);
            PrivateFiles.MakeFolder(Path.Combine(_root, Unfinished));
            return new AttachmentFileWriter(_root, Path.Combine(_root, Unfinished, digits), $"{digits[..Shard]}/{digits}", size, _random);
        });
    }

    /// <summary>Takes in a plain file.</summary>
    /// <param name="plain">Read to its end.</param>
    /// <param name="most">The most bytes that are taken.</param>
    /// <param name="cancel">Ends it; nothing is left then.</param>
    /// <exception cref="ClientException">BadInput: it is too large, or cannot be read; Store.</exception>
    public async Task<LocalFile> ImportAsync(Stream plain, long most, CancellationToken cancel)
    {
        using var writer = Begin();
        var buffer = ArrayPool<byte>.Shared.Rent(ClientLimits.TransferPiece);
        try
        {
            while (await ReadAsync(plain, buffer, cancel).ConfigureAwait(false) is > 0 and var count)
            {
                if (writer.Size + count > most)
                {
                    throw new ClientException(ClientError.BadInput, $"The file has more than {most >> 20} MiB. Send a smaller one.");
                }

                writer.Append(buffer.AsSpan(0, count));
            }

            return writer.Complete();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Opens the plain bytes of a file: none before all of it was found authentic.</summary>
    /// <exception cref="ClientException">NotFound; Store: it was changed, or cannot be read.</exception>
    public Stream Open(LocalFile file)
    {
        var attachment = new Attachment
        {
            Path = file.Path,
            Version = LocalFile.Version,
            LocalKey = file.LocalKey,
            Size = file.Size,
        };
        try
        {
            return AttachmentCipher.Open(_root, attachment)
                ?? throw new ClientException(ClientError.NotFound, "The attachment's file is gone from this computer. Fetch it again.");
        }
        catch (ArchiveException wrong)
        {
            throw new ClientException(ClientError.Store, wrong.Message, wrong);
        }
    }

    /// <summary>Removes a file; nothing where it is gone.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public void Delete(string path) => AttachmentFileWriter.Guard(() =>
    {
        try
        {
            if (IsName(path))
            {
                File.Delete(Path.Combine(_root, path));
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Its folder is gone too, or never was: a backup leaves out files that were removed meanwhile.
        }

        return true;
    });

    /// <summary>Every finished file, by its path as the store names it: for a look at which of them no message needs.</summary>
    public IEnumerable<string> All() => !Directory.Exists(_root) ? [] : Directory.EnumerateDirectories(_root)
        .Where(shard => Path.GetFileName(shard).Length == Shard)
        .SelectMany(shard => Directory.EnumerateFiles(shard).Select(file => $"{Path.GetFileName(shard)}/{Path.GetFileName(file)}"))
        .Where(IsName);

    // What this class names: nothing else is ever deleted here, whatever the store says.
    private static bool IsName(string path) => path.Length == Shard + 1 + (2 * NameBytes) && path[Shard] == '/'
        && path.AsSpan(Shard + 1).StartsWith(path.AsSpan(0, Shard), StringComparison.Ordinal)
        && !path.AsSpan(Shard + 1).ContainsAnyExcept(Digits);

    private static async ValueTask<int> ReadAsync(Stream plain, byte[] buffer, CancellationToken cancel)
    {
        try
        {
            return await plain.ReadAsync(buffer.AsMemory(0, ClientLimits.TransferPiece), cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ClientException(ClientError.BadInput, "The file cannot be read to its end. Check it, and its permissions.", failed);
        }
    }
}
