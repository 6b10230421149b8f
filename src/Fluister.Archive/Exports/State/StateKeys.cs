using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;

namespace Fluister.Archive.Exports.State;

/// <summary>The keys that follow from the caller's: one to hash records, and one for each state file (HKDF, RFC 5869).</summary>
internal sealed class StateKeys : IDisposable
{
    internal const int MinimumLength = 16;

    private readonly Secret _key;
    private readonly IncrementalHash _hash;

    internal StateKeys(Secret key)
    {
        if (key.Length < MinimumLength)
        {
            throw new ArchiveException(
                ArchiveError.WrongKey, $"The key of an export's state must have at least {MinimumLength} bytes; make a new one at random.");
        }

        _key = key;
        Span<byte> record = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Reveal(), record, default, "fluister export record"u8);
        _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, record);
        CryptographicOperations.ZeroMemory(record);
    }

    /// <summary>A cipher for the file with this salt.</summary>
    internal AesGcm CipherOf(ReadOnlySpan<byte> salt)
    {
        Span<byte> file = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key.Reveal(), file, salt, "fluister export state"u8);
        var cipher = new AesGcm(file, StateFile.TagLength);
        CryptographicOperations.ZeroMemory(file);
        return cipher;
    }

    /// <summary>Takes the next part of what is hashed.</summary>
    internal void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The first 64 bits of HMAC-SHA256 of all parts since the last call.</summary>
    internal ulong Finish()
    {
        Span<byte> digest = stackalloc byte[32];
        _hash.GetHashAndReset(digest);
        return BitConverter.ToUInt64(digest);
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
