using System.Text;
using Fluister.Cryptography.Hashes;

namespace Fluister.Tests.Cryptography.Hashes;

public sealed class Blake2bTests
{
    [Fact] // RFC 7693, appendix A
    public void The_example_of_the_RFC()
    {
        var hash = new byte[64];
        Blake2b.Hash("abc"u8, hash);
        Assert.Equal(
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
            + "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            Convert.ToHexStringLower(hash));
    }

    [Fact] // RFC 7693, appendix E: a hash of hashes of four lengths, six inputs, with and without keys
    public void The_self_test_of_the_RFC()
    {
        using var all = new Blake2b(32);
        foreach (var hashBytes in (int[])[20, 32, 48, 64])
        {
            foreach (var inputBytes in (int[])[0, 3, 128, 129, 255, 1024])
            {
                var (input, key, hash) = (Sequence(inputBytes, inputBytes), Sequence(hashBytes, hashBytes), new byte[hashBytes]);
                Blake2b.Hash(input, hash);
                all.Append(hash);
                Blake2b.Hash(input, hash, key);
                all.Append(hash);
            }
        }

        var result = new byte[32];
        all.Finish(result);
        Assert.Equal("c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475", Convert.ToHexStringLower(result));
    }

    [Theory] // Python's hashlib
    [InlineData("", 0, "ab3b5331a7135ed50d0f182d026e60abdb3646fd51bcf8a3")]
    [InlineData("", 200, "e9183c766451ac26ddd03b280b4b6000802b4b7230c78bb3")]
    [InlineData("key", 0, "a94cda14ecb65326e245e710a40bd89cbe4e1fe580d0f22e")]
    [InlineData("key", 200, "aced7f9efa2264e2b95c99c28475486910df6bd54336c22c")]
    public void Known_answer(string key, int inputBytes, string expected)
    {
        var hash = new byte[24];
        Blake2b.Hash([.. Enumerable.Range(0, inputBytes).Select(i => (byte)i)], hash, Encoding.ASCII.GetBytes(key));
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void The_parts_in_which_the_input_comes_do_not_matter()
    {
        var input = Sequence(1000, 7);
        var (whole, parts) = (new byte[64], new byte[64]);
        Blake2b.Hash(input, whole);
        foreach (var size in (int[])[1, 64, 127, 128, 129, 300])
        {
            using var hash = new Blake2b(64);
            foreach (var part in input.Chunk(size))
            {
                hash.Append(part);
            }

            hash.Finish(parts);
            Assert.Equal(whole, parts);
        }
    }

    // The generator of that appendix.
    private static byte[] Sequence(int length, int seed)
    {
        var (a, b) = (0xdead4badu * (uint)seed, 1u);
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            (a, b) = (b, a + b);
            bytes[i] = (byte)(b >> 24);
        }

        return bytes;
    }
}
