using System.Buffers;
using Fluister.Archive.Exports.Output;
using Fluister.Cryptography;
using Fluister.Protocol.Attachments;

namespace Fluister.Client.Attachments;

/// <summary>A file on its way to the disk: plain bytes go in, encrypted ones are written, and the name comes last.</summary>
/// <remarks>The form is that of an attachment on the wire: nonce, AES-256-CBC of the padded file, HMAC-SHA256. What is not completed is
/// removed.</remarks>
internal sealed class AttachmentFileWriter : IDisposable
{
    private readonly string _root;
    private readonly string _unfinished;
    private readonly string _path;
    private readonly AttachmentKey _key;
    private readonly AttachmentEncryptor _encryptor;
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _encrypted = new(ClientLimits.TransferPiece);
    private bool _isComplete;

    /// <summary>Begins; <see cref="AttachmentFiles.Begin"/> names it.</summary>
    public AttachmentFileWriter(string root, string unfinished, string path, long? size, RandomSource random)
    {
        (_root, _unfinished, _path) = (root, unfinished, path);
        _key = AttachmentKey.Generate(random);
        _encryptor = new AttachmentEncryptor(_key, random, size);
        _file = new FileStream(unfinished, PrivateFiles.New());
    }

    /// <summary>Plain bytes so far.</summary>
    public long Size { get; private set; }

    /// <summary>Runs what touches the disk.</summary>
    /// <exception cref="ClientException">Store, in place of what the system throws.</exception>
    public static T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new ClientException(
                ClientError.Store, "A file of the account cannot be written or removed: the disk is full, or fails. Check it.", failed);
        }
    }

    /// <summary>Takes the next plain bytes.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public void Append(ReadOnlySpan<byte> plain)
    {
        _encryptor.Append(plain, _encrypted);
        Size += plain.Length;
        if (_encrypted.WrittenCount >= ClientLimits.TransferPiece)
        {
            Write();
        }
    }

    /// <summary>Sees all of it onto the disk and gives it its name.</summary>
    /// <exception cref="ClientException">Store.</exception>
    public LocalFile Complete()
    {
        var seal = _encryptor.Finish(_encrypted);
        Write();
        Guard(() =>
        {
            _file.Flush(flushToDisk: true);
            _file.Dispose();
            var final = Path.Combine(_root, _path);
            var shard = Path.GetDirectoryName(final)!;
            if (!Directory.Exists(shard))
            {
                PrivateFiles.MakeFolder(shard);
                PrivateFiles.FlushFolder(_root);
            }

            File.Move(_unfinished, final);
            PrivateFiles.FlushFolder(shard);
            return true;
        });
        _isComplete = true;
        return new LocalFile(
            _path, Convert.ToBase64String(_key.Reveal()), seal.Size, Convert.ToHexStringLower(seal.PlaintextHash.Span));
    }

    /// <summary>Removes what was not completed.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _encryptor.Dispose();
        _key.Dispose();
        if (!_isComplete)
        {
            try
            {
                File.Delete(_unfinished);
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                // It is encrypted with a key that is gone, and goes when the account is opened again.
            }
        }
    }

    private void Write() => Guard(() =>
    {
        _file.Write(_encrypted.WrittenSpan);
        _encrypted.ResetWrittenCount();
        return true;
    });
}
