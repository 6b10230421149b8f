using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports.Output;
using Fluister.Cryptography;

namespace Fluister.Archive.Sealed;

/// <summary>A kind of file that is encrypted whole: a run of bytes in blocks that are each encrypted and authenticated.</summary>
/// <remarks>Every file has a random salt and so a key of its own; the nonce of a block is its number and whether it is the
/// last. No pair of key and nonce can occur twice, and no block can be moved, dropped or taken from another file.
/// docs/spec/sealed-file.md</remarks>
/// <param name="Name">Its first 14 bytes, ASCII.</param>
/// <param name="Version">Another version is another file.</param>
/// <param name="Purpose">Keys are derived for it; it names the version too.</param>
/// <param name="Called">What messages call such a file: "search index".</param>
/// <param name="Remedy">What to do about one that is of no use: "Delete it and build it again."</param>
internal sealed record SealedFormat(string Name, byte Version, string Purpose, string Called, string Remedy)
{
    public const int HeaderBytes = 64;
    public const int BlockBytes = 16 * 1024;
    public const int TagBytes = 16;
    public const int SealedBytes = BlockBytes + TagBytes;
    public const int MinimumKeyBytes = 32;
    public const int SaltOffset = NameBytes + 2;
    public const int SaltBytes = 32;
    public const int CheckOffset = SaltOffset + SaltBytes;

    /// <summary>How the name of a file ends that is not finished.</summary>
    public const string Temporary = ".tmp";

    private const int NameBytes = 14;

    private readonly byte[] _magic = [.. Encoding.ASCII.GetBytes(Name), 0, Version];

    public ReadOnlySpan<byte> Magic => _magic;

    public ReadOnlySpan<byte> MagicName => Magic[..NameBytes];

    public AesGcm Cipher(Secret secret, ReadOnlySpan<byte> salt)
    {
        Span<byte> key = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.Reveal(), key, salt, Encoding.ASCII.GetBytes($"{Purpose}: blocks"));
        var cipher = new AesGcm(key, TagBytes);
        CryptographicOperations.ZeroMemory(key);
        return cipher;
    }

    /// <summary>Tells a wrong key from a damaged file.</summary>
    public void Check(Secret secret, ReadOnlySpan<byte> salt, Span<byte> check)
        => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.Reveal(), check, salt, Encoding.ASCII.GetBytes($"{Purpose}: check"));

    public static void Nonce(long block, bool last, Span<byte> nonce)
    {
        nonce.Clear();
        BinaryPrimitives.WriteInt64BigEndian(nonce[3..], block);
        nonce[11] = last ? (byte)1 : (byte)0;
    }

    /// <summary>Makes a file, in place of one that may be there: a reader finds the old one or the new one, whenever the machine
    /// stops.</summary>
    /// <param name="path">Whole; a temporary file, encrypted too, is beside it meanwhile.</param>
    /// <param name="secret">The key.</param>
    /// <param name="write">Writes the content.</param>
    public void Replace(string path, Secret secret, Action<SealedWriter> write)
    {
        var temporary = $"{path}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}{Temporary}";
        try
        {
            using (var stream = new FileStream(temporary, PrivateFiles.New(FileShare.None)))
            using (var writer = new SealedWriter(this, stream, secret))
            {
                write(writer);
                writer.Finish();
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        PrivateFiles.FlushFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>An authentic file that makes no sense was written by a faulty program.</summary>
    public ArchiveException Unreadable() => new(ArchiveError.Damaged, $"The {Called} does not make sense. {Remedy}");
}

/// <summary>Writes the container, from its start to its end.</summary>
internal sealed class SealedWriter : IDisposable
{
    private readonly Stream _output;
    private readonly AesGcm _cipher;
    private readonly byte[] _header = new byte[SealedFormat.HeaderBytes];
    private readonly byte[] _block = new byte[SealedFormat.BlockBytes];
    private readonly byte[] _sealed = new byte[SealedFormat.SealedBytes];
    private long _number;
    private int _count;

    public SealedWriter(SealedFormat format, Stream output, Secret secret)
    {
        if (secret.Length < SealedFormat.MinimumKeyBytes)
        {
            throw new ArgumentException($"The key of a {format.Called} has at least {SealedFormat.MinimumKeyBytes} bytes.", nameof(secret));
        }

        _output = output;
        format.Magic.CopyTo(_header);
        var salt = _header.AsSpan(SealedFormat.SaltOffset, SealedFormat.SaltBytes);
        RandomNumberGenerator.Fill(salt);
        format.Check(secret, salt, _header.AsSpan(SealedFormat.CheckOffset));
        _cipher = format.Cipher(secret, salt);
        output.Write(_header);
    }

    /// <summary>Bytes written so far.</summary>
    public long Position => (_number * SealedFormat.BlockBytes) + _count;

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
        SealedFormat.Nonce(_number++, last, nonce);
        _cipher.Encrypt(nonce, _block.AsSpan(0, _count), _sealed.AsSpan(0, _count), _sealed.AsSpan(_count, SealedFormat.TagBytes), _header);
        _output.Write(_sealed, 0, _count + SealedFormat.TagBytes);
        _count = 0;
    }
}

/// <summary>Reads the container at any place.</summary>
internal sealed class SealedReader : IDisposable
{
    private const int CachedBlocks = 256;

    private readonly SealedFormat _format;
    private readonly Stream _input;
    private readonly string _name;
    private readonly AesGcm _cipher;
    private readonly byte[] _header = new byte[SealedFormat.HeaderBytes];
    private readonly byte[] _sealed = new byte[SealedFormat.SealedBytes];
    private readonly (long Number, byte[]? Bytes)[] _cache = new (long, byte[]?)[CachedBlocks];
    private readonly long _last;
    private readonly int _lastBytes;

    /// <param name="format">Its kind.</param>
    /// <param name="input">The file, which can seek; closed with the reader.</param>
    /// <param name="secret">The key.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="ArchiveException">It is not such a file, of another key or version, or damaged.</exception>
    public SealedReader(SealedFormat format, Stream input, Secret secret, string name)
    {
        (_format, _input, _name) = (format, input, name);
        if (input.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false) < _header.Length
            || !_header.AsSpan().StartsWith(format.MagicName))
        {
            throw new ArchiveException(
                ArchiveError.Damaged, $"{name} is not a {format.Called}. Give another file. {format.Remedy}");
        }

        if (!_header.AsSpan().StartsWith(format.Magic))
        {
            throw new ArchiveException(
                ArchiveError.Unsupported, $"The {format.Called} {name} is of another version of this program. {format.Remedy}");
        }

        var salt = _header.AsSpan(SealedFormat.SaltOffset, SealedFormat.SaltBytes);
        Span<byte> check = stackalloc byte[SealedFormat.HeaderBytes - SealedFormat.CheckOffset];
        format.Check(secret, salt, check);
        if (!CryptographicOperations.FixedTimeEquals(check, _header.AsSpan(SealedFormat.CheckOffset)))
        {
            throw new ArchiveException(
                ArchiveError.WrongKey,
                $"The {format.Called} {name} belongs to another store or key. Give another file. {format.Remedy}");
        }

        var size = input.Length - SealedFormat.HeaderBytes;
        _last = (size - 1) / SealedFormat.SealedBytes;
        _lastBytes = (int)(size - (_last * SealedFormat.SealedBytes)) - SealedFormat.TagBytes;
        if (size < SealedFormat.TagBytes || _lastBytes < 0)
        {
            throw Damaged();
        }

        _cipher = format.Cipher(secret, salt);
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
    public long Length => (_last * SealedFormat.BlockBytes) + _lastBytes;

    /// <summary>Reads bytes.</summary>
    public void Read(long offset, Span<byte> target)
    {
        if (offset < 0 || offset + target.Length > Length)
        {
            throw _format.Unreadable();
        }

        while (!target.IsEmpty)
        {
            var at = (int)(offset % SealedFormat.BlockBytes);
            var part = Block(offset / SealedFormat.BlockBytes).AsSpan(at);
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
            throw _format.Unreadable();
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
        var count = last ? _lastBytes : SealedFormat.BlockBytes;
        var bytes = last || slot.Bytes is null || slot.Bytes.Length != count ? new byte[count] : slot.Bytes;
        slot = default;
        _input.Position = SealedFormat.HeaderBytes + (number * SealedFormat.SealedBytes);
        if (_input.ReadAtLeast(_sealed.AsSpan(0, count + SealedFormat.TagBytes), count + SealedFormat.TagBytes, throwOnEndOfStream: false)
            < count + SealedFormat.TagBytes)
        {
            throw Damaged();
        }

        Span<byte> nonce = stackalloc byte[12];
        SealedFormat.Nonce(number, last, nonce);
        try
        {
            _cipher.Decrypt(nonce, _sealed.AsSpan(0, count), _sealed.AsSpan(count, SealedFormat.TagBytes), bytes, _header);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Damaged();
        }

        slot = (number, bytes);
        return bytes;
    }

    private ArchiveException Damaged()
        => new(ArchiveError.Damaged, $"The {_format.Called} {_name} was changed, damaged or cut short. {_format.Remedy}");
}
