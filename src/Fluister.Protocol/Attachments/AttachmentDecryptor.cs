using System.Buffers;
using System.Security.Cryptography;

namespace Fluister.Protocol.Attachments;

/// <summary>Decrypts an attachment piece by piece.</summary>
/// <remarks>
/// <para>Where the sender gave MACs of chunks, no byte comes out before its chunk is checked. Where not, bytes come out that
/// nothing vouches for until <see cref="Finish"/> returns: keep them apart until then, and drop them where it throws.</para>
/// <para>At most one chunk is held in memory. After an exception the decryptor refuses everything.</para>
/// </remarks>
public sealed class AttachmentDecryptor : IDisposable
{
    private const int BlockBytes = 16;
    private const int HashBytes = 32;

    // What is taken in and decrypted at once.
    private const int PieceBytes = 16 * 1024;

    // The last block, whose padding must be found, and the MAC are not decrypted before the end.
    private const int EndBytes = BlockBytes + IncrementalMac.MacBytes;

    private readonly Aes _aes = Aes.Create();
    private readonly IncrementalHash _mac;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _plaintextHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalMacCheck? _chunks;
    private readonly AttachmentSeal _seal;
    private readonly byte[] _chain = new byte[BlockBytes];
    private byte[] _plaintext = [];
    private byte[] _held = [];
    private int _heldCount;
    private long _taken;
    private long _written;
    private bool _hasNonce;
    private bool _closed;

    /// <summary>Begins.</summary>
    /// <exception cref="ProtocolException">Malformed: what the sender says cannot be true, or has neither digest nor hash.</exception>
    public AttachmentDecryptor(AttachmentKey key, AttachmentSeal seal)
    {
        if (seal.Size < 0
            || seal.Digest.Length is not (0 or HashBytes)
            || seal.PlaintextHash.Length is not (0 or HashBytes)
            || seal.Digest.IsEmpty && seal.PlaintextHash.IsEmpty)
        {
            throw new ProtocolException(ProtocolError.Malformed, "An attachment must have a size, and a digest or a hash of 32 bytes.");
        }

        _seal = seal;
        _chunks = seal.ChunkMacs.IsEmpty ? null : new IncrementalMacCheck(key.Mac, seal.ChunkBytes, seal.ChunkMacs);
        _mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Mac);
        _aes.SetKey(key.Cipher);
    }

    /// <summary>Takes the next encrypted piece, and writes what of the attachment may come out.</summary>
    /// <exception cref="ProtocolException">Not authentic: a chunk's MAC does not fit.</exception>
    public void Append(ReadOnlySpan<byte> encrypted, IBufferWriter<byte> output)
    {
        Close();
        while (!encrypted.IsEmpty)
        {
            var count = Math.Min(encrypted.Length, PieceBytes);
            Hold(encrypted[..count]);
            encrypted = encrypted[count..];
            var free = _chunks is null ? _taken : _chunks.Append(_held.AsSpan(_heldCount - count, count));

            // Of the bytes held, those that are checked and not of the end.
            Release((int)Math.Min(_heldCount - EndBytes, free - (_taken - _heldCount)), output);
        }

        _closed = false;
    }

    /// <summary>Checks the whole and writes the last bytes.</summary>
    /// <exception cref="ProtocolException">Not authentic, or malformed: cut short.</exception>
    public void Finish(IBufferWriter<byte> output)
    {
        Close();
        if (_taken < BlockBytes + EndBytes || (_taken - IncrementalMac.MacBytes) % BlockBytes != 0)
        {
            throw new ProtocolException(ProtocolError.Malformed, "An encrypted attachment must be a nonce, whole blocks and a MAC.");
        }

        _chunks?.Finish();
        var rest = _held.AsSpan(0, _heldCount - IncrementalMac.MacBytes);
        Span<byte> hash = stackalloc byte[HashBytes];
        _mac.AppendData(rest);
        _mac.GetHashAndReset(hash);
        Require(hash, _held.AsSpan(rest.Length, IncrementalMac.MacBytes));
        _digest.GetHashAndReset(hash);
        if (!_seal.Digest.IsEmpty)
        {
            Require(hash, _seal.Digest.Span);
        }

        // The blocks of the rest but the last are not padded.
        rest = TakeNonce(rest);
        while (rest.Length > BlockBytes)
        {
            var count = Math.Min(rest.Length - BlockBytes, PieceBytes);
            Decrypt(rest[..count], output);
            rest = rest[count..];
        }

        DecryptLast(rest, output);
        _plaintextHash.GetHashAndReset(hash);
        if (!_seal.PlaintextHash.IsEmpty)
        {
            Require(hash, _seal.PlaintextHash.Span);
        }
    }

    /// <summary>Clears what is held.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_plaintext);
        _aes.Dispose();
        _mac.Dispose();
        _digest.Dispose();
        _plaintextHash.Dispose();
        _chunks?.Dispose();
    }

    private static void Require(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> expected)
    {
        if (!CryptographicOperations.FixedTimeEquals(hash, expected))
        {
            throw new ProtocolException(ProtocolError.NotAuthentic, "An attachment is not authentic.");
        }
    }

    // Until a call has succeeded, the decryptor counts as closed.
    private void Close()
    {
        if (_closed)
        {
            throw new InvalidOperationException("The attachment is finished, or was refused.");
        }

        _closed = true;
    }

    private void Hold(ReadOnlySpan<byte> encrypted)
    {
        if (_held.Length - _heldCount < encrypted.Length)
        {
            Array.Resize(ref _held, Math.Max(_held.Length * 2, _heldCount + encrypted.Length));
        }

        encrypted.CopyTo(_held.AsSpan(_heldCount));
        _heldCount += encrypted.Length;
        _taken += encrypted.Length;
        _digest.AppendData(encrypted);
    }

    private void Release(int count, IBufferWriter<byte> output)
    {
        count -= count % BlockBytes;
        if (count <= 0)
        {
            return;
        }

        _mac.AppendData(_held, 0, count);
        var blocks = TakeNonce(_held.AsSpan(0, count));
        while (!blocks.IsEmpty)
        {
            var piece = Math.Min(blocks.Length, PieceBytes);
            Decrypt(blocks[..piece], output);
            blocks = blocks[piece..];
        }

        _held.AsSpan(count, _heldCount - count).CopyTo(_held);
        _heldCount -= count;
    }

    private Span<byte> TakeNonce(Span<byte> bytes)
    {
        if (_hasNonce)
        {
            return bytes;
        }

        bytes[..BlockBytes].CopyTo(_chain);
        _hasNonce = true;
        return bytes[BlockBytes..];
    }

    private void Decrypt(ReadOnlySpan<byte> blocks, IBufferWriter<byte> output)
    {
        if (_plaintext.Length < blocks.Length)
        {
            CryptographicOperations.ZeroMemory(_plaintext);
            _plaintext = new byte[blocks.Length];
        }

        _aes.DecryptCbc(blocks, _chain, _plaintext, PaddingMode.None);
        blocks[^BlockBytes..].CopyTo(_chain);
        Write(_plaintext.AsSpan(0, blocks.Length), output);
    }

    // Only after the MAC was checked: the padding tells a forger nothing.
    private void DecryptLast(ReadOnlySpan<byte> block, IBufferWriter<byte> output)
    {
        Span<byte> plaintext = stackalloc byte[BlockBytes];
        int count;
        try
        {
            count = _aes.DecryptCbc(block, _chain, plaintext, PaddingMode.PKCS7);
        }
        catch (CryptographicException)
        {
            throw new ProtocolException(ProtocolError.Malformed, "The last block of an attachment is not padded.");
        }

        Write(plaintext[..count], output);
        CryptographicOperations.ZeroMemory(plaintext);
        if (_written != _seal.Size)
        {
            throw new ProtocolException(ProtocolError.Malformed, "An attachment is shorter than its sender says.");
        }
    }

    // What lies behind the size is padding.
    private void Write(ReadOnlySpan<byte> plaintext, IBufferWriter<byte> output)
    {
        plaintext = plaintext[..(int)Math.Min(plaintext.Length, _seal.Size - _written)];
        _written += plaintext.Length;
        _plaintextHash.AppendData(plaintext);
        output.Write(plaintext);
    }
}
