using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography.Hashes;

namespace Fluister.Tests.Cryptography.Hashes;

/// <summary>FIPS 202, by NIST's examples and by OpenSSL through .NET.</summary>
public sealed class KeccakTests
{
    // NIST, "Example values" of SHA-3: the empty message, "abc", the 448 bits of FIPS 180, and a million times "a".
    private const string Of448Bits = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

    [Theory]
    [InlineData("", "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a")]
    [InlineData("abc", "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532")]
    [InlineData(Of448Bits, "41c0dba2a9d6240849100376a8235e2c82e1b9998a999e21db32dd97496d3376")]
    [InlineData("1000000 a", "5c8875ae474a3634ba4fd55ec85bffd661f32aca75c6d699d0cdcb6c115891c1")]
    public void SHA3_256_gives_NISTs_examples(string message, string expected)
    {
        var digest = new byte[32];
        Keccak.Sha3_256(Message(message), digest);
        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    [Theory]
    [InlineData(
        "",
        "a69f73cca23a9ac5c8b567dc185a756e97c982164fe25859e0d1dcc1475c80a6" +
        "15b2123af1f5f94c11e3e9402c3ac558f500199d95b6d3e301758586281dcd26")]
    [InlineData(
        "abc",
        "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e" +
        "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0")]
    public void SHA3_512_gives_NISTs_examples(string message, string expected)
    {
        var digest = new byte[64];
        Keccak.Sha3_512(Message(message), [], digest);
        Assert.Equal(expected, Convert.ToHexStringLower(digest));
    }

    [Fact]
    public void SHAKE_of_nothing_gives_NISTs_examples()
    {
        var output = new byte[32];
        Keccak.Shake128([], [], output);
        Assert.Equal("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26", Convert.ToHexStringLower(output));
        Keccak.Shake256([], [], output);
        Assert.Equal("46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f", Convert.ToHexStringLower(output));
    }

    [Fact]
    public void Every_length_of_input_and_output_around_the_blocks_is_as_OpenSSL_has_it()
    {
        Assert.True(SHA3_256.IsSupported && Shake128.IsSupported, "This system's OpenSSL has no SHA-3 to compare with.");
        var random = new Random(202);
        for (var length = 0; length <= 600; length++)
        {
            var message = new byte[length];
            random.NextBytes(message);
            var cut = random.Next(length + 1);
            var (first, second) = (message[..cut], message[cut..]);
            var digest = new byte[64];
            Keccak.Sha3_256(first, second, digest.AsSpan(0, 32));
            Assert.True(digest.AsSpan(0, 32).SequenceEqual(SHA3_256.HashData(message)), $"SHA3-256 of {cut} + {length - cut} bytes");
            Keccak.Sha3_512(first, second, digest);
            Assert.True(digest.AsSpan().SequenceEqual(SHA3_512.HashData(message)), $"SHA3-512 of {cut} + {length - cut} bytes");
            var output = new byte[random.Next(1, 700)];
            Keccak.Shake128(first, second, output);
            Assert.True(output.AsSpan().SequenceEqual(Shake128.HashData(message, output.Length)), $"SHAKE128 of {length} bytes");
            Keccak.Shake256(first, second, output);
            Assert.True(output.AsSpan().SequenceEqual(Shake256.HashData(message, output.Length)), $"SHAKE256 of {length} bytes");
        }
    }

    [Fact]
    public void States_permuted_side_by_side_are_the_states_permuted_alone()
    {
        SideBySide<KeccakLanes4>();
        SideBySide<KeccakLanes8>();
    }

    private static void SideBySide<TLanes>()
        where TLanes : unmanaged, IKeccakLanes<TLanes>
    {
        var random = new Random(25);
        var together = new TLanes[KeccakF1600.Lanes];
        var words = MemoryMarshal.Cast<TLanes, ulong>(together.AsSpan());
        random.NextBytes(MemoryMarshal.AsBytes(words));
        var before = words.ToArray();
        KeccakF1600.Permute<TLanes>(together);
        for (var state = 0; state < TLanes.Count; state++)
        {
            var alone = new KeccakLanes1[KeccakF1600.Lanes];
            var lanes = MemoryMarshal.Cast<KeccakLanes1, ulong>(alone.AsSpan());
            for (var i = 0; i < lanes.Length; i++)
            {
                lanes[i] = before[(i * TLanes.Count) + state];
            }

            KeccakF1600.Permute<KeccakLanes1>(alone);
            for (var i = 0; i < lanes.Length; i++)
            {
                Assert.Equal(lanes[i], words[(i * TLanes.Count) + state]);
            }
        }
    }

    private static byte[] Message(string text) =>
        text == "1000000 a" ? Enumerable.Repeat((byte)'a', 1_000_000).ToArray() : Encoding.ASCII.GetBytes(text);
}
