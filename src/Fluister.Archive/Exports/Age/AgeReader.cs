using System.Security.Cryptography;
using Fluister.Archive.Conversations;

namespace Fluister.Archive.Exports.Age;

/// <summary>Decrypts an age file (C2SP age-encryption.org/v1), holding 64 KiB at most.</summary>
/// <remarks>Every byte that is given out is authentic. But only where the end was reached without an error is the file
/// whole: act on nothing before.</remarks>
public sealed class AgeReader : Stream
{
    private readonly Stream _stream;
    private readonly AgeInput _input;
    private readonly string _name;
    private readonly ChaCha20Poly1305 _cipher;
    private readonly byte[] _plain = new byte[AgeFormat.ChunkBytes];
    private readonly byte[] _chunk = new byte[AgeFormat.ChunkBytes + AgeFormat.TagBytes];
    private int _start;
    private int _end;
    private ulong _number;
    private bool _finished;
    private bool _disposed;
    private ArchiveException? _fault;

    private AgeReader(Stream stream, AgeInput input, string name, ChaCha20Poly1305 cipher)
        => (_stream, _input, _name, _cipher) = (stream, input, name, cipher);

    /// <summary>Reads and authenticates the header.</summary>
    /// <param name="input">The file; closed with the reader.</param>
    /// <param name="identities">Tried in turn; they stay with the caller.</param>
    /// <param name="name">What messages call the file.</param>
    /// <exception cref="ArchiveException">It is not an age file, is damaged, or no identity opens it
    /// (<see cref="ArchiveError.WrongKey"/>).</exception>
    public static AgeReader Open(Stream input, IReadOnlyList<AgeIdentity> identities, string name = "The file")
    {
        AgeFormat.RequireCipher();
        var buffered = new AgeInput(input);
        var header = AgeHeader.Read(buffered, name);
        AgeIdentity.Check(header.Stanzas, name);
        var fileKey = Unwrap(header.Stanzas, identities) ?? throw NoMatch(header.Stanzas, identities, name);
        try
        {
            if (!header.IsAuthentic(fileKey))
            {
                throw new ArchiveException(
                    ArchiveError.Damaged, $"The header of {name} was changed after it was made. Fetch another copy.");
            }

            Span<byte> nonce = stackalloc byte[AgeFormat.NonceBytes];
            if (buffered.Read(nonce) < nonce.Length)
            {
                throw new ArchiveException(ArchiveError.Damaged, $"{name} ends right after its header. Fetch a whole copy.");
            }

            return new AgeReader(input, buffered, name, AgeFormat.PayloadCipher(fileKey, nonce));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(fileKey);
        }
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

    /// <summary>Reads plain bytes.</summary>
    /// <exception cref="ArchiveException">The file is damaged, was changed, or breaks off.</exception>
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        while (_start == _end && !_finished && !buffer.IsEmpty)
        {
            if (_fault is not null)
            {
                throw new ArchiveException(_fault.Error, _fault.Message, _fault);
            }

            ReadChunk();
        }

        var count = Math.Min(buffer.Length, _end - _start);
        _plain.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
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
            _cipher.Dispose();
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private static byte[]? Unwrap(IReadOnlyList<AgeStanza> stanzas, IReadOnlyList<AgeIdentity> identities)
    {
        foreach (var identity in identities)
        {
            foreach (var stanza in stanzas)
            {
                if (string.Equals(stanza.Type, identity.StanzaType, StringComparison.Ordinal) && identity.Unwrap(stanza) is { } fileKey)
                {
                    return fileKey;
                }
            }
        }

        return null;
    }

    private static ArchiveException NoMatch(IReadOnlyList<AgeStanza> stanzas, IReadOnlyList<AgeIdentity> identities, string name)
    {
        var types = stanzas.Select(stanza => stanza.Type).ToHashSet(StringComparer.Ordinal);
        var tried = identities.Any(identity => types.Contains(identity.StanzaType));
        var advice = stanzas[0].Type switch
        {
            AgeFormat.Scrypt when tried => "The passphrase is another. Type it again.",
            AgeFormat.Scrypt => "It opens with a passphrase. Give that instead of a key.",
            _ when stanzas.All(stanza => stanza.Type is not AgeFormat.X25519)
                => "It is for keys of a kind that this program does not know. Open it with age itself.",
            _ when tried => "It is for other keys. Give the identity file that belongs to one of its recipients.",
            _ => "It opens with a key. Give an identity file.",
        };
        return new ArchiveException(ArchiveError.WrongKey, $"{name} does not open. {advice}");
    }

    private void ReadChunk()
    {
        var count = _input.Read(_chunk);
        var atEnd = _input.IsAtEnd;
        var size = count - AgeFormat.TagBytes;
        (_start, _end) = (0, 0);
        if (size < 0)
        {
            _fault = Damaged("breaks off", "Fetch a whole copy");
        }
        else if (atEnd && Decrypt(size, last: true))
        {
            _finished = true;
            if (size == 0 && _number > 1)
            {
                (_finished, _fault) = (false, Damaged("ends in an empty part, as no age writes it", "Fetch another copy"));
            }
        }
        else if (size == AgeFormat.ChunkBytes && Decrypt(size, last: false))
        {
            _fault = atEnd ? Damaged("breaks off", "Fetch a whole copy") : null;
        }
        else if (!atEnd && Decrypt(size, last: true))
        {
            _fault = Damaged("goes on after its end", "Fetch another copy");
        }
        else
        {
            _fault = Damaged("was changed or is damaged", "Fetch another copy");
        }
    }

    private bool Decrypt(int size, bool last)
    {
        Span<byte> nonce = stackalloc byte[12];
        AgeFormat.ChunkNonce(_number, last, nonce);
        try
        {
            _cipher.Decrypt(nonce, _chunk.AsSpan(0, size), _chunk.AsSpan(size, AgeFormat.TagBytes), _plain.AsSpan(0, size));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        _number++;
        _end = size;
        return true;
    }

    private ArchiveException Damaged(string cause, string advice)
        => new(ArchiveError.Damaged, $"{_name} {cause}: it cannot be read to its end. {advice}.");
}
