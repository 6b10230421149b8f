using System.Security.Cryptography;
using Fluister.Cryptography.Symmetric;

namespace Fluister.Tests.Cryptography.Symmetric;

public sealed class AesGcmSivTests
{
    private static readonly string[] Vectors =
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Cryptography", "vectors", "rfc8452.txt"))
            .Where(line => !line.StartsWith('#')),
    ];

    private static readonly bool[] Implementations = AesGcmSiv.IsAccelerated ? [true, false] : [false];

    public static TheoryData<int> Rfc8452() => [.. Enumerable.Range(0, Vectors.Length)];

    [Theory] // RFC 8452, appendices C.2 (AEAD_AES_256_GCM_SIV) and C.3 (counter wrap)
    [MemberData(nameof(Rfc8452))]
    public void Published_vector(int number)
    {
        var fields = Vectors[number].Split(' ')[1..].Select(field => Convert.FromHexString(field == "-" ? "" : field)).ToArray();
        var (key, nonce, text, associatedData) = (fields[0], fields[1], fields[2], fields[3]);
        var (ciphertext, tag) = (fields[4][..text.Length], fields[4][text.Length..]);
        foreach (var accelerated in Implementations)
        {
            using var cipher = new AesGcmSiv(key, accelerated);
            var (sealedText, sealedTag, opened) = (new byte[text.Length], new byte[AesGcmSiv.TagBytes], new byte[text.Length]);
            cipher.Encrypt(nonce, text, sealedText, sealedTag, associatedData);
            Assert.Equal(ciphertext, sealedText);
            Assert.Equal(tag, sealedTag);
            Assert.True(cipher.TryDecrypt(nonce, ciphertext, tag, opened, associatedData));
            Assert.Equal(text, opened);
        }
    }

    [Fact]
    public void Every_published_vector_for_256_bits_is_there() => Assert.Equal(24 + 2, Vectors.Length);

    [Fact]
    public void Both_implementations_agree_at_every_length_in_place_or_not()
    {
        const int Seed = 8452;
        var random = new Random(Seed);
        for (var length = 0; length <= 400; length++)
        {
            var (key, nonce) = (Bytes(random, 32), Bytes(random, 12));
            var (text, associatedData) = (Bytes(random, length), Bytes(random, random.Next(200)));
            using var native = new AesGcmSiv(key);
            using var portable = new AesGcmSiv(key, accelerated: false);
            var (a, b, tagA, tagB) = (new byte[length], text.ToArray(), new byte[16], new byte[16]);
            native.Encrypt(nonce, text, a, tagA, associatedData);
            portable.Encrypt(nonce, b, b, tagB, associatedData);
            Assert.Equal(a, b);
            Assert.Equal(tagA, tagB);

            Assert.True(native.TryDecrypt(nonce, b, tagB, b, associatedData));
            Assert.True(portable.TryDecrypt(nonce, a, tagA, a, associatedData));
            Assert.Equal(text, a);
            Assert.Equal(text, b);
        }
    }

    // As RFC 8452, appendix C.3, but longer: the last block is chosen so that the counter begins at 0xfffffffa, and wraps among
    // blocks that are encrypted together. Computed with whole numbers and the openssl program.
    [Fact]
    public void The_counter_wraps_among_blocks_in_flight()
    {
        var text = new byte[20 * 16];
        for (var i = 0; i < text.Length; i++)
        {
            text[i] = (byte)(i % 251);
        }

        Convert.FromHexString("3bfcb63ea5415a2c130743871965429e").CopyTo(text, text.Length - 16);
        foreach (var accelerated in Implementations)
        {
            using var cipher = new AesGcmSiv(new byte[32], accelerated);
            var (ciphertext, tag) = (new byte[text.Length], new byte[16]);
            cipher.Encrypt(new byte[12], text, ciphertext, tag);
            Assert.Equal("faffffff000000000000000000000000", Convert.ToHexStringLower(tag));
            var hash = Convert.ToHexStringLower(SHA256.HashData(ciphertext));
            Assert.Equal("53f01b5d8e56f70e27dc5ce9d511a7829ef0ab486c69a34e0cc7ea2d2ffb33dc", hash);
        }
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(100_003)]
    public void Long_texts_agree(int length)
    {
        var random = new Random(length);
        var (key, nonce, text) = (Bytes(random, 32), Bytes(random, 12), Bytes(random, length));
        using var native = new AesGcmSiv(key);
        using var portable = new AesGcmSiv(key, accelerated: false);
        var (a, b, tagA, tagB) = (new byte[length], new byte[length], new byte[16], new byte[16]);
        native.Encrypt(nonce, text, a, tagA);
        portable.Encrypt(nonce, text, b, tagB);
        Assert.Equal(a, b);
        Assert.Equal(tagA, tagB);
    }

    [Fact]
    public void Any_changed_bit_is_refused_and_nothing_is_released()
    {
        var random = new Random(1);
        var (key, nonce, text, associatedData) = (Bytes(random, 32), Bytes(random, 12), Bytes(random, 37), Bytes(random, 5));
        foreach (var accelerated in Implementations)
        {
            using var cipher = new AesGcmSiv(key, accelerated);
            var (ciphertext, tag) = (new byte[text.Length], new byte[16]);
            cipher.Encrypt(nonce, text, ciphertext, tag, associatedData);
            foreach (var part in (byte[][])[nonce, ciphertext, tag, associatedData])
            {
                for (var bit = 0; bit < 8 * part.Length; bit++)
                {
                    var opened = Bytes(random, text.Length);
                    part[bit / 8] ^= (byte)(1 << (bit % 8));
                    Assert.False(cipher.TryDecrypt(nonce, ciphertext, tag, opened, associatedData));
                    Assert.Equal(new byte[text.Length], opened);
                    part[bit / 8] ^= (byte)(1 << (bit % 8));
                }
            }

            var again = new byte[text.Length];
            Assert.True(cipher.TryDecrypt(nonce, ciphertext, tag, again, associatedData));
            Assert.Equal(text, again);
        }
    }

    [Fact]
    public void What_only_moves_between_text_and_associated_data_is_another_message()
    {
        using var cipher = new AesGcmSiv(new byte[32]);
        var (none, tagA, tagB) = (new byte[32], new byte[16], new byte[16]);
        cipher.Encrypt(new byte[12], new byte[16], none.AsSpan(0, 16), tagA, new byte[32]);
        cipher.Encrypt(new byte[12], new byte[32], none, tagB, new byte[16]);
        Assert.NotEqual(tagA, tagB);
    }

    [Fact]
    public void Wrong_lengths_and_shifted_overlaps_are_a_mistake_of_the_caller()
    {
        using var cipher = new AesGcmSiv(new byte[32]);
        var buffer = new byte[64];
        Assert.Throws<ArgumentOutOfRangeException>(() => new AesGcmSiv(new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cipher.Encrypt(new byte[11], new byte[3], new byte[3], new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cipher.Encrypt(new byte[12], new byte[3], new byte[4], new byte[16]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cipher.TryDecrypt(new byte[12], new byte[3], new byte[15], new byte[3]));
        Assert.Throws<ArgumentException>(() => cipher.Encrypt(new byte[12], buffer.AsSpan(0, 40), buffer.AsSpan(1, 40), new byte[16]));
    }

    [Fact]
    public void A_disposed_cipher_is_of_no_use()
    {
        foreach (var accelerated in Implementations)
        {
            var cipher = new AesGcmSiv(new byte[32], accelerated);
            cipher.Dispose();
            Assert.Throws<ObjectDisposedException>(() => cipher.Encrypt(new byte[12], [], [], new byte[16]));
        }
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

}
