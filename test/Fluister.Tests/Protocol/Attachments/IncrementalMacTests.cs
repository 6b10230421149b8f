using System.Security.Cryptography;
using Fluister.Protocol;
using Fluister.Protocol.Attachments;

namespace Fluister.Tests.Protocol.Attachments;

public sealed class IncrementalMacTests
{
    private const int KiB = 1024;
    private const int MiB = 1024 * KiB;

    // libsignal, incremental_mac.rs (chunk_sizes_sha256).
    [Theory]
    [InlineData(0, 64 * KiB)]
    [InlineData(KiB, 64 * KiB)]
    [InlineData(10 * KiB, 64 * KiB)]
    [InlineData(100 * KiB, 64 * KiB)]
    [InlineData(MiB, 64 * KiB)]
    [InlineData(10 * MiB, 64 * KiB)]
    [InlineData(20 * MiB, 80 * KiB)]
    [InlineData(100 * MiB, 400 * KiB)]
    [InlineData(200 * MiB, 800 * KiB)]
    [InlineData(256 * MiB, MiB)]
    [InlineData(512 * MiB, 2 * MiB)]
    [InlineData(1024L * MiB, 2 * MiB)]
    [InlineData(2048L * MiB, 2 * MiB)]
    public void The_chunk_of_a_length_is_as_published(long length, int chunk) => Assert.Equal(chunk, IncrementalMac.ChunkBytesFor(length));

    [Fact]
    public void Macs_and_chunks_are_those_of_the_official_package()
    {
        var account = Golden.Read("account");
        var (key, data) = (account.Bytes("macKey"), account.Bytes("data"));
        foreach (var item in account.GetProperty("macs").EnumerateArray())
        {
            using var mac = new IncrementalMac(key, item.GetProperty("chunkSize").GetInt32());
            mac.Append(data);
            Assert.Equal(item.Bytes("macs"), mac.Finish());
        }

        foreach (var pair in account.GetProperty("chunkSizes").EnumerateArray())
        {
            Assert.Equal(pair[1].GetInt32(), IncrementalMac.ChunkBytesFor(pair[0].GetInt64()));
        }
    }

    [Fact]
    public void Each_mac_covers_all_that_came_before_however_it_came()
    {
        // The key is that of libsignal's own test.
        var key = Convert.FromHexString("a83481457efecc69ad1342e21d9c0297f71debbf5c9304b4c1b2e433c1a78f98");
        var random = new SeededRandom(1);
        for (var round = 0; round < 200; round++)
        {
            var data = random.Bytes(random.Next(300));
            var chunk = 1 + random.Next(64);
            var beginnings = Enumerable.Range(1, data.Length / chunk).SelectMany(i => HMACSHA256.HashData(key, data[..(i * chunk)]));
            byte[] expected = [.. beginnings, .. HMACSHA256.HashData(key, data)];
            using var mac = new IncrementalMac(key, chunk);
            using var check = new IncrementalMacCheck(key, chunk, expected);
            for (var start = 0; start < data.Length;)
            {
                var count = Math.Min(1 + random.Next(100), data.Length - start);
                mac.Append(data.AsSpan(start, count));
                start += count;
                Assert.Equal(start / chunk * chunk, check.Append(data.AsSpan(start - count, count)));
            }

            check.Finish();
            Assert.Equal(expected, mac.Finish());
        }
    }

    [Fact]
    public void A_wrong_mac_too_few_and_too_many_are_refused()
    {
        byte[] key = [1, 2, 3];
        var data = new SeededRandom(2).Bytes(100);
        using var mac = new IncrementalMac(key, 32);
        mac.Append(data);
        var macs = mac.Finish();
        Assert.Equal(4 * 32, macs.Length);
        Check(macs);
        for (var i = 0; i < macs.Length; i += 9)
        {
            byte[] changed = [.. macs];
            changed[i] ^= 1;
            Refused.With(ProtocolError.NotAuthentic, () => Check(changed));
        }

        Refused.With(ProtocolError.NotAuthentic, () => Check(macs[..32]));
        Refused.With(ProtocolError.NotAuthentic, () => Check(macs[..96]));
        Refused.With(ProtocolError.NotAuthentic, () => Check([.. macs, .. macs[96..]]));
        Refused.With(ProtocolError.Malformed, () => Check(macs[..31]));
        Refused.With(ProtocolError.Malformed, () => Check([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IncrementalMac(key, 0));

        void Check(byte[] expected)
        {
            using var check = new IncrementalMacCheck(key, 32, expected);
            check.Append(data);
            check.Finish();
        }
    }
}
