using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Cryptography;

namespace Fluister.SqlCipher;

/// <summary>Authenticates and decrypts the pages of one SQLCipher 4 database.</summary>
/// <remarks>
/// A page is 4096 bytes: the AES-256-CBC ciphertext (on page 1 after the 16 bytes of salt), 16 bytes of IV, and 64 bytes of HMAC-SHA512
/// over ciphertext, IV and the page number in little endian (https://www.zetetic.net/sqlcipher/design/).
/// </remarks>
internal sealed unsafe class PageCodec : IDisposable
{
    internal const int PageSize = 4096;
    internal const int SaltSize = 16;
    internal const int KeySize = 32;
    internal const int BlockSize = 16;
    internal const int MacSize = 64;
    internal const int Reserve = BlockSize + MacSize;
    internal const int MacOffset = PageSize - MacSize;
    internal const int CipherEnd = PageSize - Reserve;

    /// <summary>Pages of one batch: as many as the widest vector has lanes of 64 bits.</summary>
    internal const int Batch = 8;

    private readonly byte[] _salt;
    private readonly Secret _macKey;
    private readonly Aes _aes;
    private readonly AesDecryptor? _fast;
    private readonly PageMac? _lanes;

    /// <summary>Derives the two keys: the raw one decrypts, and PBKDF2 over it with the salt XOR 0x3A authenticates.</summary>
    internal PageCodec(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, bool intrinsics = true, int maximumLanes = Batch)
    {
        _salt = salt[..SaltSize].ToArray();
        Span<byte> macSalt = stackalloc byte[SaltSize];
        for (int i = 0; i < SaltSize; i++)
        {
            macSalt[i] = (byte)(salt[i] ^ 0x3A);
        }

        Span<byte> macKey = stackalloc byte[KeySize];
        Rfc2898DeriveBytes.Pbkdf2(key, macSalt, macKey, 2, HashAlgorithmName.SHA512);
        _macKey = new Secret(macKey);
        CryptographicOperations.ZeroMemory(macKey);
        _aes = Aes.Create();
        _aes.SetKey(key);
        _fast = intrinsics && AesDecryptor.IsSupported ? new AesDecryptor(key) : null;
        _lanes = intrinsics ? PageMac.Create(_macKey.Reveal(), maximumLanes) : null;
    }

    /// <summary>True where checking a batch costs less than checking its pages one by one.</summary>
    internal bool Batches => _lanes is not null;

    /// <summary>True when the page is authentic, or all zero: SQLite leaves such pages in files, and SQLCipher takes them as
    /// empty.</summary>
    internal bool Verify(ReadOnlySpan<byte> page, uint number)
    {
        Span<byte> mac = stackalloc byte[MacSize];
        Span<byte> tail = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, number);
        using IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA512, _macKey.Reveal());
        hash.AppendData(page[Start(number)..MacOffset]);
        hash.AppendData(tail);
        hash.GetHashAndReset(mac);
        return CryptographicOperations.FixedTimeEquals(mac, page[MacOffset..PageSize]) || IsZero(page);
    }

    /// <summary>Checks up to <see cref="Batch"/> pages that lie one after the other; bit i is set when page i is authentic.</summary>
    internal uint Verify(byte* pages, ReadOnlySpan<uint> numbers)
    {
        uint authentic = 0;
        if (_lanes is null || numbers.Length == 1)
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                authentic |= Verify(Page(pages, i), numbers[i]) ? 1u << i : 0;
            }

            return authentic;
        }

        byte* macs = stackalloc byte[Batch * MacSize];
        _lanes.Compute(pages, numbers, macs);
        for (int i = 0; i < numbers.Length; i++)
        {
            // A page 1 in a batch is checked alone: it starts after the salt, so its blocks lie elsewhere.
            ReadOnlySpan<byte> page = Page(pages, i);
            var mac = new ReadOnlySpan<byte>(macs + (i * MacSize), MacSize);
            bool ok = numbers[i] == 1
                ? Verify(page, 1)
                : CryptographicOperations.FixedTimeEquals(mac, page[MacOffset..]) || IsZero(page);
            authentic |= ok ? 1u << i : 0;
        }

        return authentic;
    }

    /// <summary>Encrypts a page under a fresh IV; its last 80 bytes, SQLite's reserve, become IV and MAC.</summary>
    internal void Encrypt(ReadOnlySpan<byte> page, uint number, Span<byte> into)
    {
        int start = Start(number);
        Span<byte> iv = into.Slice(CipherEnd, BlockSize);
        RandomNumberGenerator.Fill(iv);
        if (number == 1)
        {
            _salt.CopyTo(into);
        }

        _aes.EncryptCbc(page[start..CipherEnd], iv, into[start..CipherEnd], PaddingMode.None);

        // The number follows what it is authenticated with, until the MAC takes its place.
        BinaryPrimitives.WriteUInt32LittleEndian(into[MacOffset..], number);
        Span<byte> mac = stackalloc byte[MacSize];
        HMACSHA512.HashData(_macKey.Reveal(), into[start..(MacOffset + sizeof(uint))], mac);
        mac.CopyTo(into[MacOffset..]);
    }

    /// <summary>Decrypts an authentic page as SQLite wants to see it: the header's magic in place of the salt, no IV and no MAC.</summary>
    internal void Decrypt(ReadOnlySpan<byte> page, uint number, Span<byte> into)
    {
        if (IsZero(page))
        {
            into[..PageSize].Clear();
            return;
        }

        int start = Start(number);
        ReadOnlySpan<byte> iv = page.Slice(CipherEnd, BlockSize);
        if (_fast is not null)
        {
            _fast.Decrypt(page[start..CipherEnd], iv, into[start..CipherEnd]);
        }
        else
        {
            _aes.DecryptCbc(page[start..CipherEnd], iv, into[start..CipherEnd], PaddingMode.None);
        }

        if (number == 1)
        {
            "SQLite format 3\0"u8.CopyTo(into);
        }

        into[CipherEnd..PageSize].Clear();
    }

    public void Dispose()
    {
        _macKey.Dispose();
        _aes.Dispose();
        _fast?.Dispose();
        _lanes?.Dispose();
    }

    private static int Start(uint number) => number == 1 ? SaltSize : 0;

    private static ReadOnlySpan<byte> Page(byte* pages, int i) => new(pages + (i * PageSize), PageSize);

    private static bool IsZero(ReadOnlySpan<byte> page) => !page[..PageSize].ContainsAnyExcept((byte)0);
}
