using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.Search;

/// <summary>The container of an index: a run of bytes in blocks that are each encrypted and authenticated.</summary>
/// <remarks>Every file has a random salt and so a key of its own; the nonce of a block is its number and whether it is the
/// last. No pair of key and nonce can occur twice, and no block can be moved, dropped or taken from another file.</remarks>
internal static class IndexFile
{
    public const int HeaderBytes = 64;
    public const int BlockBytes = 16 * 1024;
    public const int TagBytes = 16;
    public const int SealedBytes = BlockBytes + TagBytes;
    public const int SaltOffset = 16;
    public const int SaltBytes = 32;
    public const int CheckOffset = SaltOffset + SaltBytes;

    /// <summary>Name and version; another version is another file.</summary>
    public static ReadOnlySpan<byte> Magic => "fluister-index\0\u0001"u8;

    public static ReadOnlySpan<byte> Name => Magic[..14];

    public static AesGcm Cipher(Secret secret, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.Reveal(), key, salt, "fluister search index 1: blocks"u8);
        var cipher = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>Tells a wrong key from a damaged file.</summary>
    public static void Check(Secret secret, ReadOnlySpan<byte> salt, Span<byte> check)
        => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.Reveal(), check, salt, "fluister search index 1: check"u8);

    public static void Nonce(long block, bool last, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[3..], block);
        nonce[11] = last ? (byte)1 : (byte)0;
    }
}

/// <summary>Writes the container, from its start to its end.</summary>
internal sealed class IndexFileWriter : IDisposable
{
    private readonly Stream _output;
    private readonly AesGcm _cipher;
    private readonly byte[] _header = new byte[IndexFile.HeaderBytes];
    private readonly byte[] _block = new byte[IndexFile.BlockBytes];
    private readonly byte[] _sealed = new byte[IndexFile.SealedBytes];
    private long _number;
    private int _count;

    public IndexFileWriter(Stream output, Secret secret)
    {
        _output = output;
        IndexFile.Magic.CopyTo(_header);
        var salt = _header.AsSpan(IndexFile.SaltOffset, IndexFile.SaltBytes);
        RandomNumberGenerator.Fill(salt);
        IndexFile.Check(secret, salt, _header.AsSpan(IndexFile.CheckOffset));
        _cipher = IndexFile.Cipher(secret, salt);
        output.Write(_header);
    }

    /// <summary>Bytes written so far.</summary>
    public long Position => (_number * IndexFile.BlockBytes) + _count;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_count == _block.Length)
            {
                Seal(last: false);
            }

            var part = Math.Min(bytes.Length, _block.Length - _count);
            bytes[..part].CopyTo(_block.AsSpan(_count));
            _count += part;
            bytes = bytes[part..];
        }
    }

    public void Finish() => Seal(last: true);

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_block);
        _cipher.Dispose();
    }

    private void Seal(bool last)
    {
        Span<byte> nonce = stackalloc byte[12];
        IndexFile.Nonce(_number++, last, nonce);
        _cipher.Encrypt(nonce, _block.AsSpan(0, _count), _sealed.AsSpan(0, _count), _sealed.AsSpan(_count, IndexFile.TagBytes), _header);
        _output.Write(_sealed, 0, _count + IndexFile.TagBytes);
        _count = 0;
    }
}

/// <summary>Reads the container at any place.</summary>
internal sealed class IndexFileReader : IDisposable
{
    private const int CachedBlocks = 256;

    private readonly Stream _input;
    private readonly string _name;
    private readonly AesGcm _cipher;
    private readonly byte[] _header = new byte[IndexFile.HeaderBytes];
    private readonly byte[] _sealed = new byte[IndexFile.SealedBytes];
    private readonly (long Number, byte[]? Bytes)[] _cache = new (long, byte[]?)[CachedBlocks];
    private readonly long _last;
    private readonly int _lastBytes;

    /// <param name="input">The file, which can seek; closed with the reader.</param>
    /// <param name="secret">The key.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="ArchiveException">It is not an index, of another key or version, or damaged.</exception>
    public IndexFileReader(Stream input, Secret secret, string name)
    {
        (_input, _name) = (input, name);
        if (input.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false) < _header.Length
            || !_header.AsSpan().StartsWith(IndexFile.Name))
        {
            throw new ArchiveException(
                ArchiveError.Damaged, $"{name} is not a search index. Give another file, or delete it and build the index.");
        }

        if (!_header.AsSpan().StartsWith(IndexFile.Magic))
        {
            throw new ArchiveException(
                ArchiveError.Unsupported, $"The search index {name} is of another version of this program. Delete it and build it again.");
        }

        var salt = _header.AsSpan(IndexFile.SaltOffset, IndexFile.SaltBytes);
        Span<byte> check = stackalloc byte[IndexFile.HeaderBytes - IndexFile.CheckOffset];
        IndexFile.Check(secret, salt, check);
        if (!CryptographicOperations.FixedTimeEquals(check, _header.AsSpan(IndexFile.CheckOffset)))
        {
            throw new ArchiveException(
                ArchiveError.WrongKey,
                $"The search index {name} belongs to another store or key. Give another file, or delete it and build the index.");
        }

        var size = input.Length - IndexFile.HeaderBytes;
        _last = (size - 1) / IndexFile.SealedBytes;
        _lastBytes = (int)(size - (_last * IndexFile.SealedBytes)) - IndexFile.TagBytes;
        if (size < IndexFile.TagBytes || _lastBytes < 0)
        {
            throw Damaged();
        }

        _cipher = IndexFile.Cipher(secret, salt);
        try
        {
            Block(_last);
        }
        catch
        {
            _cipher.Dispose();
            throw;
        }
    }

    /// <summary>Bytes in the container.</summary>
    public long Length => (_last * IndexFile.BlockBytes) + _lastBytes;

    /// <summary>Reads bytes.</summary>
    public void Read(long offset, Span<byte> target)
    {
        if (offset < 0 || offset + target.Length > Length)
        {
            throw Varint.Unreadable();
        }

        while (!target.IsEmpty)
        {
            var at = (int)(offset % IndexFile.BlockBytes);
            var part = Block(offset / IndexFile.BlockBytes).AsSpan(at);
            part = part[..Math.Min(part.Length, target.Length)];
            part.CopyTo(target);
            target = target[part.Length..];
            offset += part.Length;
        }
    }

    /// <summary>Reads bytes.</summary>
    public byte[] Read(long offset, long length)
    {
        if (length < 0 || length > Length)
        {
            throw Varint.Unreadable();
        }

        var bytes = new byte[length];
        Read(offset, bytes);
        return bytes;
    }

    public void Dispose()
    {
        foreach (var (_, bytes) in _cache)
        {
            CryptographicOperations.ZeroMemory(bytes);
        }

        _cipher.Dispose();
        _input.Dispose();
    }

    private byte[] Block(long number)
    {
        ref var slot = ref _cache[number % CachedBlocks];
        if (slot.Bytes is { } cached && slot.Number == number)
        {
            return cached;
        }

        var last = number == _last;
        var count = last ? _lastBytes : IndexFile.BlockBytes;
        var bytes = last || slot.Bytes is null || slot.Bytes.Length != count ? new byte[count] : slot.Bytes;
        slot = default;
        _input.Position = IndexFile.HeaderBytes + (number * IndexFile.SealedBytes);
        if (_input.ReadAtLeast(_sealed.AsSpan(0, count + IndexFile.TagBytes), count + IndexFile.TagBytes, throwOnEndOfStream: false)
            < count + IndexFile.TagBytes)
        {
            throw Damaged();
        }

        Span<byte> nonce = stackalloc byte[12];
        IndexFile.Nonce(number, last, nonce);
        try
        {
            _cipher.Decrypt(nonce, _sealed.AsSpan(0, count), _sealed.AsSpan(count, IndexFile.TagBytes), bytes, _header);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Damaged();
        }

        slot = (number, bytes);
        return bytes;
    }

    private ArchiveException Damaged()
        => new(ArchiveError.Damaged, $"The search index {_name} was changed, damaged or cut short. Delete it and build it again.");
}
