using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop;

/// <summary>The plain text of a version 2 attachment, in two passes over one open file and in bounded memory.</summary>
/// <remarks>
/// The first pass computes the HMAC and keeps its value after each block; the second computes it again and compares before it decrypts
/// a block. So whoever rewrites the file in between is found out before a byte of theirs is given out.
/// </remarks>
internal sealed class AttachmentStream : Stream
{
    /// <summary>32 bytes for AES, then 32 for HMAC.</summary>
    public const int KeysLength = 64;

    private const int BlockLength = 64 * 1024;
    private const int IvLength = 16;
    private const int MacLength = 32;
    private const int CipherBlock = 16;

    private readonly FileStream _file;
    private readonly Aes _aes = Aes.Create();
    private readonly IncrementalHash _mac;
    private readonly byte[] _iv = new byte[IvLength];
    private readonly byte[] _cipher = GC.AllocateUninitializedArray<byte>(BlockLength);
    private readonly byte[] _plain = GC.AllocateUninitializedArray<byte>(BlockLength, pinned: true);
    private readonly long _cipherLength;
    private byte[] _marks = [];
    private long _cipherRead;
    private long _remaining;
    private int _plainStart;
    private int _plainEnd;
    private bool _disposed;

    private AttachmentStream(FileStream file, long cipherLength, Secret keys, long? size)
    {
        _file = file;
        _cipherLength = cipherLength;
        _remaining = size is >= 0 ? size.Value : long.MaxValue;
        _aes.SetKey(keys.Reveal()[..32]);
        _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, keys.Reveal()[32..]);
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Authenticates the file and returns its plain text, at most <paramref name="size"/> bytes where that is known.</summary>
    /// <exception cref="ArchiveException">It is not authentic.</exception>
    public static AttachmentStream Open(FileStream file, Secret keys, long? size)
    {
        var cipherLength = file.Length - IvLength - MacLength;
        if (cipherLength < CipherBlock || cipherLength % CipherBlock != 0 || file.Length > AttachmentCipher.MaxLength)
        {
            throw AttachmentCipher.Fault(ArchiveError.Damaged, file.Name, "is truncated or not an encrypted file");
        }

        var stream = new AttachmentStream(file, cipherLength, keys, size);
        try
        {
            stream.Authenticate();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty || _remaining == 0 || (_plainStart == _plainEnd && !DecryptBlock()))
        {
            return 0;
        }

        var count = (int)Math.Min(Math.Min(buffer.Length, _plainEnd - _plainStart), _remaining);
        _plain.AsSpan(_plainStart, count).CopyTo(buffer);
        _plainStart += count;
        _remaining -= count;
        return count;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _disposed = true;
            CryptographicOperations.ZeroMemory(_plain);
            _aes.Dispose();
            _mac.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Authenticate()
    {
        _marks = new byte[(_cipherLength + BlockLength - 1) / BlockLength * MacLength];
        ReadIv();
        var done = 0;
        for (var left = _cipherLength; left > 0; left -= BlockLength, done += MacLength)
        {
            Fill(_cipher.AsSpan(0, (int)Math.Min(left, BlockLength)));
            _mac.GetCurrentHash(_marks.AsSpan(done, MacLength));
        }

        Span<byte> expected = stackalloc byte[MacLength];
        ReadExactly(expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, _marks.AsSpan()[^MacLength..]))
        {
            throw AttachmentCipher.Fault(ArchiveError.Damaged, _file.Name, "is not authentic: tampered with, damaged, or of another key");
        }

        Span<byte> reset = stackalloc byte[MacLength];
        _mac.GetHashAndReset(reset);
        _file.Position = 0;
        ReadIv();
    }

    private void ReadIv() => Fill(_iv);

    private bool DecryptBlock()
    {
        if (_cipherRead == _cipherLength)
        {
            return false;
        }

        var cipher = _cipher.AsSpan(0, (int)Math.Min(_cipherLength - _cipherRead, BlockLength));
        Fill(cipher);
        Span<byte> mark = stackalloc byte[MacLength];
        _mac.GetCurrentHash(mark);
        if (!CryptographicOperations.FixedTimeEquals(mark, _marks.AsSpan((int)(_cipherRead / BlockLength * MacLength), MacLength)))
        {
            throw AttachmentCipher.Fault(ArchiveError.Damaged, _file.Name, "changed while it was read");
        }

        _cipherRead += cipher.Length;
        _plainStart = 0;
        try
        {
            var padding = _cipherRead == _cipherLength ? PaddingMode.PKCS7 : PaddingMode.None;
            _plainEnd = _aes.DecryptCbc(cipher, _iv, _plain, padding);
        }
        catch (CryptographicException e)
        {
            throw AttachmentCipher.Fault(ArchiveError.Damaged, _file.Name, "was padded by something other than Signal", e);
        }

        cipher[^IvLength..].CopyTo(_iv);
        return _plainEnd > 0;
    }

    private void Fill(Span<byte> buffer)
    {
        ReadExactly(buffer);
        _mac.AppendData(buffer);
    }

    private new void ReadExactly(Span<byte> buffer)
    {
        if (_file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
        {
            throw AttachmentCipher.Fault(ArchiveError.Damaged, _file.Name, "was cut short while it was read");
        }
    }
}
