using System.Buffers;
using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Attachments;

namespace Fluister.Tests.Protocol.Attachments;

public sealed class AttachmentCipherTests
{
    private static readonly AttachmentKey Key = AttachmentKey.Generate(new SeededRandom(99));

    [Fact]
    public void Attachments_are_encrypted_as_the_second_implementation_does()
    {
        foreach (var item in Golden.Read("application").GetProperty("attachments").EnumerateArray())
        {
            using var key = new AttachmentKey(item.Bytes("key"));
            var plaintext = Labelled(item.GetProperty("label").GetString()!, item.GetProperty("length").GetInt32());
            var output = new ArrayBufferWriter<byte>();
            using var encryptor = new AttachmentEncryptor(key, new FixedRandom(item.Bytes("nonce")), plaintext.Length);
            encryptor.Append(plaintext, output);
            var seal = encryptor.Finish(output);
            Assert.Equal(item.GetProperty("encryptedLength").GetInt32(), output.WrittenCount);
            Assert.Equal(AttachmentSize.Encrypted(plaintext.Length), output.WrittenCount);
            Assert.Equal(item.Bytes("digest"), seal.Digest.ToArray());
            Assert.Equal(item.Bytes("plaintextHash"), seal.PlaintextHash.ToArray());
            Assert.Equal(item.Bytes("macs"), seal.ChunkMacs.ToArray());
            Assert.Equal(65536, seal.ChunkBytes);
            Assert.Equal(plaintext, Decrypt(key, seal, output.WrittenSpan.ToArray(), [int.MaxValue]));
        }
    }

    [Fact]
    public void Buckets_are_those_of_the_second_implementation()
    {
        var buckets = Golden.Read("application").GetProperty("buckets");
        Assert.True(buckets.GetArrayLength() > 300);
        foreach (var pair in buckets.EnumerateArray())
        {
            Assert.Equal(pair[1].GetInt64(), AttachmentSize.Padded(pair[0].GetInt64()));
        }
    }

    [Fact]
    public void A_bucket_is_never_smaller_than_its_attachment_and_never_much_larger()
    {
        var random = new SeededRandom(1);
        for (var round = 0; round < 20_000; round++)
        {
            var size = round < 2000 ? round : random.Next(1 << (round % 31)) * (long)(1 + random.Next(1 << 12));
            Assert.InRange(AttachmentSize.Padded(size), Math.Max(541, size), Math.Max(541, size + (size / 19) + 1));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(541)]
    [InlineData(65535)]
    [InlineData(65536)]
    [InlineData(200_001)]
    public void An_attachment_comes_back_whatever_the_pieces_are(int length)
    {
        var random = new SeededRandom(length);
        var plaintext = random.Bytes(length);
        foreach (var isChunked in new[] { true, false })
        {
            for (var round = 0; round < 4; round++)
            {
                var (encrypted, seal) = Encrypt(plaintext, isChunked, Pieces(random));
                Assert.Equal(SHA256.HashData(encrypted), seal.Digest.ToArray());
                Assert.Equal(SHA256.HashData(plaintext), seal.PlaintextHash.ToArray());
                Assert.Equal(plaintext, Decrypt(Key, seal, encrypted, Pieces(random)));
            }
        }
    }

    [Fact]
    public void Digest_or_hash_alone_are_enough()
    {
        var (encrypted, seal) = Encrypt([1, 2, 3], false, [3]);
        Assert.Equal([1, 2, 3], Decrypt(Key, seal with { PlaintextHash = default }, encrypted, [100]));
        Assert.Equal([1, 2, 3], Decrypt(Key, seal with { Digest = default }, encrypted, [100]));
        Refused.With(ProtocolError.Malformed, () => new AttachmentDecryptor(Key, seal with { PlaintextHash = default, Digest = default }));
    }

    [Fact]
    public void A_changed_byte_is_refused_wherever_it_is()
    {
        var plaintext = new SeededRandom(2).Bytes(600);
        foreach (var isChunked in new[] { true, false })
        {
            var (encrypted, seal) = Encrypt(plaintext, isChunked, [600]);
            for (var i = 0; i < encrypted.Length; i += 7)
            {
                byte[] changed = [.. encrypted];
                changed[i] ^= 1;
                Refused.With(ProtocolError.NotAuthentic, () => Decrypt(Key, seal, changed, [100]));
            }
        }
    }

    [Fact]
    public void What_the_sender_says_must_fit()
    {
        var (encrypted, seal) = Encrypt(new SeededRandom(3).Bytes(600), true, [600]);
        byte[] other = [.. Enumerable.Repeat((byte)1, 32)];
        Refused.With(ProtocolError.NotAuthentic, () => Decrypt(Key, seal with { Digest = other }, encrypted, [999]));
        Refused.With(ProtocolError.NotAuthentic, () => Decrypt(Key, seal with { PlaintextHash = other }, encrypted, [999]));
        Refused.With(ProtocolError.NotAuthentic, () => Decrypt(Key, seal with { ChunkMacs = other }, encrypted, [999]));
        Refused.With(ProtocolError.NotAuthentic, () => Decrypt(Key, seal with { ChunkBytes = 512 }, encrypted, [999]));
        Refused.With(ProtocolError.Malformed, () => Decrypt(Key, seal with { Size = 100_000 }, encrypted, [999]));
        Refused.With(ProtocolError.Malformed, () => Decrypt(Key, seal with { Size = -1 }, encrypted, [999]));
        Refused.With(ProtocolError.Malformed, () => Decrypt(Key, seal with { Digest = new byte[31] }, encrypted, [999]));
        Refused.With(ProtocolError.Malformed, () => Decrypt(Key, seal with { ChunkMacs = new byte[33] }, encrypted, [999]));
        Refused.With(ProtocolError.Malformed, () => Decrypt(Key, seal with { ChunkBytes = 0 }, encrypted, [999]));
        const int TooLarge = Limits.AttachmentChunkBytes + 1;
        Refused.With(ProtocolError.Malformed, () => Decrypt(Key, seal with { ChunkBytes = TooLarge }, encrypted, [999]));
        using var otherKey = AttachmentKey.Generate(new SeededRandom(4));
        Refused.With(ProtocolError.NotAuthentic, () => Decrypt(otherKey, seal, encrypted, [999]));
    }

    [Fact]
    public void An_attachment_that_is_cut_short_or_grew_is_refused()
    {
        var (encrypted, seal) = Encrypt(new SeededRandom(5).Bytes(70_000), true, [70_000]);
        foreach (var length in new[] { 0, 1, 16, 48, 63, 64, 65_536, encrypted.Length - 32, encrypted.Length - 1 })
        {
            Assert.Throws<ProtocolException>(() => Decrypt(Key, seal, encrypted[..length], [5000]));
            Assert.Throws<ProtocolException>(() => Decrypt(Key, seal with { ChunkMacs = default }, encrypted[..length], [5000]));
        }

        Assert.Throws<ProtocolException>(() => Decrypt(Key, seal, [.. encrypted, .. new byte[16]], [5000]));
        Assert.Throws<ProtocolException>(() => Decrypt(Key, seal with { ChunkMacs = default }, [.. encrypted, .. new byte[16]], [5000]));
    }

    [Fact]
    public void Nothing_comes_out_of_a_chunk_that_is_not_checked()
    {
        var plaintext = new SeededRandom(6).Bytes(200_000);
        var (encrypted, seal) = Encrypt(plaintext, true, [200_000]);
        Assert.Equal(65_536, seal.ChunkBytes);
        encrypted[100_000] ^= 1;
        var output = new ArrayBufferWriter<byte>();
        using var decryptor = new AttachmentDecryptor(Key, seal);
        decryptor.Append(encrypted.AsSpan(0, 131_071), output);

        // Of the first chunk all but its nonce; of the second, which holds the changed byte, nothing.
        Assert.Equal(plaintext[..(65_536 - 16)], output.WrittenSpan.ToArray());
        Refused.With(ProtocolError.NotAuthentic, () => decryptor.Append(encrypted.AsSpan(131_071, 1), output));
        Assert.Equal(65_536 - 16, output.WrittenCount);
        Assert.Throws<InvalidOperationException>(() => decryptor.Append([1], output));
        Assert.Throws<InvalidOperationException>(() => decryptor.Finish(output));
    }

    [Fact]
    public void An_authentic_attachment_without_padding_of_its_last_block_is_refused()
    {
        using var aes = Aes.Create();
        aes.SetKey(Key.Cipher);
        byte[] body = [.. new byte[16], .. aes.EncryptCbc(new byte[64], new byte[16], PaddingMode.None)];
        byte[] encrypted = [.. body, .. HMACSHA256.HashData(Key.Mac, body)];
        var seal = new AttachmentSeal(10, SHA256.HashData(encrypted), default, 0, default);
        Refused.With(ProtocolError.Malformed, () => Decrypt(Key, seal, encrypted, [999]));
    }

    [Fact]
    public void An_attachment_has_the_size_that_was_stated_and_is_finished_once()
    {
        var output = new ArrayBufferWriter<byte>();
        using var encryptor = new AttachmentEncryptor(Key, new SeededRandom(7), 2);
        encryptor.Append([1], output);
        Assert.Throws<InvalidOperationException>(() => encryptor.Finish(output));
        encryptor.Append([2], output);
        Assert.Equal(2, encryptor.Finish(output).Size);
        Assert.Throws<InvalidOperationException>(() => encryptor.Append([3], output));
        Assert.Throws<InvalidOperationException>(() => encryptor.Finish(output));
    }

    [Fact]
    public void A_key_has_64_bytes() => Refused.With(ProtocolError.BadKey, () => new AttachmentKey(new byte[63]));

    private static int[] Pieces(SeededRandom random) => [.. Enumerable.Range(0, 5).Select(_ => 1 + random.Next(1 << random.Next(18)))];

    private static (byte[] Encrypted, AttachmentSeal Seal) Encrypt(byte[] plaintext, bool isChunked, int[] pieces)
    {
        var output = new ArrayBufferWriter<byte>();
        using var encryptor = new AttachmentEncryptor(Key, new SeededRandom(8), isChunked ? plaintext.Length : null);
        foreach (var (start, count) in Cut(plaintext.Length, pieces))
        {
            encryptor.Append(plaintext.AsSpan(start, count), output);
        }

        var seal = encryptor.Finish(output);
        return (output.WrittenSpan.ToArray(), seal);
    }

    private static byte[] Decrypt(AttachmentKey key, AttachmentSeal seal, byte[] encrypted, int[] pieces)
    {
        var output = new ArrayBufferWriter<byte>();
        using var decryptor = new AttachmentDecryptor(key, seal);
        foreach (var (start, count) in Cut(encrypted.Length, pieces))
        {
            decryptor.Append(encrypted.AsSpan(start, count), output);
        }

        decryptor.Finish(output);
        return output.WrittenSpan.ToArray();
    }

    private static IEnumerable<(int Start, int Count)> Cut(int length, int[] pieces)
    {
        for (int start = 0, i = 0; start < length; i++)
        {
            var count = Math.Min(pieces[i % pieces.Length], length - start);
            yield return (start, count);
            start += count;
        }
    }

    // As golden-account.mjs makes its fixed bytes.
    private static byte[] Labelled(string label, int length) => [.. Enumerable.Range(0, (length + 31) / 32)
        .SelectMany(i => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{label} {i}")))
        .Take(length)];
}
