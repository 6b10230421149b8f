using System.Buffers;
using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.Protocol.Attachments;

/// <summary>Encrypts an attachment piece by piece: nonce, AES-256-CBC of the attachment padded with zeros, HMAC-SHA256.</summary>
/// <remarks>As Signal-Desktop's AttachmentCrypto. Pieces of any size; memory stays small.</remarks>
public sealed class AttachmentEncryptor : IDisposable
{
    private const int BlockBytes = 16;

    // What is encrypted at once.
    private const int PieceBytes = 16 * 1024;

    private readonly Aes _aes = Aes.Create();
    private readonly IncrementalMac _mac;
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _plaintextHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _chain = new byte[BlockBytes];
    private readonly byte[] _piece = new byte[PieceBytes];
    private readonly byte[] _encrypted = new byte[PieceBytes + BlockBytes];
    private readonly long? _statedSize;
    private readonly int _chunkBytes;
    private int _inPiece;
    private long _size;
    private State _state;

    private enum State
    {
        Fresh,
        Running,
        Done,
    }

    /// <summary>Begins.</summary>
    /// <param name="key">A key that encrypts nothing else.</param>
    /// <param name="random">Where the nonce comes from.</param>
    /// <param name="size">Bytes of the whole attachment, where chunks shall have MACs of their own; else null.</param>
    public AttachmentEncryptor(AttachmentKey key, RandomSource random, long? size = null)
    {
        _statedSize = size;
        _chunkBytes = size is { } known ? IncrementalMac.ChunkBytesFor(AttachmentSize.Encrypted(known)) : int.MaxValue;
        _mac = new IncrementalMac(key.Mac, _chunkBytes);
        _aes.SetKey(key.Cipher);
        random.Fill(_chain);
    }

    /// <summary>Encrypts the next piece. Its last bytes may come out later.</summary>
    public void Append(ReadOnlySpan<byte> plaintext, IBufferWriter<byte> output)
    {
        Start(output);
        _plaintextHash.AppendData(plaintext);
        _size += plaintext.Length;
        while (!plaintext.IsEmpty)
        {
            var count = Math.Min(plaintext.Length, PieceBytes - _inPiece);
            plaintext[..count].CopyTo(_piece.AsSpan(_inPiece));
            plaintext = plaintext[count..];
            Fill(count, output);
        }
    }

    /// <summary>Pads, and writes what is left and the MAC.</summary>
    /// <exception cref="InvalidOperationException">The attachment does not have the size that was stated.</exception>
    public AttachmentSeal Finish(IBufferWriter<byte> output)
    {
        if (_statedSize is { } stated && stated != _size)
        {
            throw new InvalidOperationException("The attachment does not have the size that was stated.");
        }

        Start(output);
        for (var padding = AttachmentSize.Padded(_size) - _size; padding > 0;)
        {
            var count = (int)Math.Min(padding, PieceBytes - _inPiece);
            _piece.AsSpan(_inPiece, count).Clear();
            padding -= count;
            Fill(count, output);
        }

        var last = _aes.EncryptCbc(_piece.AsSpan(0, _inPiece), _chain, _encrypted, PaddingMode.PKCS7);
        Emit(_encrypted.AsSpan(0, last), output);
        Span<byte> mac = stackalloc byte[IncrementalMac.MacBytes];
        _mac.Current(mac);
        Emit(mac, output);
        _state = State.Done;
        CryptographicOperations.ZeroMemory(_piece);
        return new AttachmentSeal(
            _size,
            _digest.GetHashAndReset(),
            _plaintextHash.GetHashAndReset(),
            _statedSize is null ? 0 : _chunkBytes,
            _statedSize is null ? default : _mac.Finish());
    }

    /// <summary>Clears what is held.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_piece);
        _aes.Dispose();
        _mac.Dispose();
        _digest.Dispose();
        _plaintextHash.Dispose();
    }

    private void Start(IBufferWriter<byte> output)
    {
        if (_state == State.Done)
        {
            throw new InvalidOperationException("The attachment is finished.");
        }

        if (_state == State.Fresh)
        {
            Emit(_chain, output);
            _state = State.Running;
        }
    }

    // Takes note of bytes that were put behind those in the piece; encrypts it once it is whole.
    private void Fill(int count, IBufferWriter<byte> output)
    {
        _inPiece += count;
        if (_inPiece == PieceBytes)
        {
            _aes.EncryptCbc(_piece, _chain, _encrypted, PaddingMode.None);
            _encrypted.AsSpan(PieceBytes - BlockBytes, BlockBytes).CopyTo(_chain);
            Emit(_encrypted.AsSpan(0, PieceBytes), output);
            _inPiece = 0;
        }
    }

    private void Emit(ReadOnlySpan<byte> encrypted, IBufferWriter<byte> output)
    {
        _mac.Append(encrypted);
        _digest.AppendData(encrypted);
        output.Write(encrypted);
    }
}
