using System.Security.Cryptography;

namespace Fluister.Archive.Exports.Age;

/// <summary>Encrypts what is written to it as an age file (C2SP age-encryption.org/v1), holding 64 KiB at most.</summary>
/// <remarks>
/// <para>Disposal writes the last chunk and so finishes the file. A file that is not finished cannot be mistaken for a
/// whole one: readers report where it breaks off. Call <see cref="Abandon"/> before disposal where the writing failed half
/// way, or use <see cref="Encrypt"/>, which does.</para>
/// <para>The bytes that were written reach the output in chunks; <see cref="Flush"/> does not cut one short.</para>
/// </remarks>
public sealed class AgeWriter : Stream
{
    private readonly Stream _output;
    private readonly bool _leaveOpen;
    private readonly ChaCha20Poly1305 _cipher;
    private readonly byte[] _plain = new byte[AgeFormat.ChunkBytes];
    private readonly byte[] _chunk = new byte[AgeFormat.ChunkBytes + AgeFormat.TagBytes];
    private int _count;
    private ulong _number;
    private bool _abandoned;
    private bool _disposed;

    private AgeWriter(Stream output, bool leaveOpen, ChaCha20Poly1305 cipher)
        => (_output, _leaveOpen, _cipher) = (output, leaveOpen, cipher);

    /// <summary>Starts a file: writes its header.</summary>
    /// <param name="output">Where to; closed with the writer unless <paramref name="leaveOpen"/>.</param>
    /// <param name="recipients">Any of them opens the file. A passphrase is to be alone.</param>
    /// <param name="leaveOpen">Leave the output open.</param>
    /// <exception cref="ArgumentException">No recipient, too many, or a passphrase beside others.</exception>
    /// <exception cref="Conversations.ArchiveException">The system lacks the cipher.</exception>
    public static AgeWriter Create(Stream output, IReadOnlyList<AgeRecipient> recipients, bool leaveOpen = false)
    {
        if (recipients.Count is 0 or > AgeFormat.MaximumStanzas
            || (recipients.Count > 1 && recipients.Any(recipient => recipient.MustBeAlone)))
        {
            throw new ArgumentException("One passphrase, or 1 to 1024 keys.", nameof(recipients));
        }

        AgeFormat.RequireCipher();
        Span<byte> fileKey = stackalloc byte[AgeFormat.FileKeyBytes];
        Span<byte> nonce = stackalloc byte[AgeFormat.NonceBytes];
        RandomNumberGenerator.Fill(fileKey);
        RandomNumberGenerator.Fill(nonce);
        var stanzas = new List<AgeStanza>(recipients.Count);
        foreach (var recipient in recipients)
        {
            stanzas.Add(recipient.Wrap(fileKey));
        }

        var header = AgeHeader.Write(stanzas, fileKey);
        var cipher = AgeFormat.PayloadCipher(fileKey, nonce);
        CryptographicOperations.ZeroMemory(fileKey);
        try
        {
            output.Write(header);
            output.Write(nonce);
        }
        catch
        {
            cipher.Dispose();
            throw;
        }

        return new AgeWriter(output, leaveOpen, cipher);
    }

    /// <summary>Encrypts what <paramref name="write"/> writes; where it throws, the file stays unfinished.</summary>
    public static void Encrypt(Stream output, IReadOnlyList<AgeRecipient> recipients, Action<Stream> write)
    {
        using var writer = Create(output, recipients, leaveOpen: true);
        try
        {
            write(writer);
        }
        catch
        {
            writer.Abandon();
            throw;
        }
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_disposed && !_abandoned;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gives the file up: nothing more is written, and disposal does not finish it.</summary>
    public void Abandon()
    {
        _abandoned = true;
        CryptographicOperations.ZeroMemory(_plain);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_abandoned)
        {
            throw new InvalidOperationException("The file was given up.");
        }

        while (!buffer.IsEmpty)
        {
            // A full chunk waits until more comes: the last chunk is marked as such and is not empty.
            if (_count == _plain.Length)
            {
                WriteChunk(last: false);
            }

            var part = Math.Min(buffer.Length, _plain.Length - _count);
            buffer[..part].CopyTo(_plain.AsSpan(_count));
            _count += part;
            buffer = buffer[part..];
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <summary>Flushes the output; a chunk that is not full stays.</summary>
    public override void Flush() => _output.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Finishes the file, unless it was given up or an earlier write failed.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            try
            {
                if (!_abandoned)
                {
                    WriteChunk(last: true);
                    _output.Flush();
                }
            }
            finally
            {
                CryptographicOperations.ZeroMemory(_plain);
                _cipher.Dispose();
                if (!_leaveOpen)
                {
                    _output.Dispose();
                }
            }
        }

        base.Dispose(disposing);
    }

    private void WriteChunk(bool last)
    {
        Span<byte> nonce = stackalloc byte[12];
        AgeFormat.ChunkNonce(_number++, last, nonce);
        _cipher.Encrypt(nonce, _plain.AsSpan(0, _count), _chunk.AsSpan(0, _count), _chunk.AsSpan(_count, AgeFormat.TagBytes));
        var written = false;
        try
        {
            _output.Write(_chunk, 0, _count + AgeFormat.TagBytes);
            written = true;
        }
        finally
        {
            _abandoned |= !written;
        }

        _count = 0;
    }
}
