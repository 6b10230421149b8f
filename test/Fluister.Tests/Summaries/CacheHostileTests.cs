using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Archive.Sealed;
using Fluister.Cryptography;
using Fluister.Summaries.Cache;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Summaries;

/// <summary>Whatever lies where the cache should: a word about it, and a new one in its place.</summary>
public sealed class CacheHostileTests : IDisposable
{
    private static readonly CachedMessage[] Sources = [new(1, "m1", new byte[CachedMessage.HashBytes])];
    private static readonly byte[] Key = SHA256.HashData([1]);

    private readonly TemporaryFolder _folder = new();
    private readonly Secret _secret = new(RandomNumberGenerator.GetBytes(32));
    private readonly string _path;
    private readonly byte[] _good;

    public CacheHostileTests()
    {
        Fill();
        _path = Directory.GetFiles(_folder.Path, "*.cache").Single();
        _good = File.ReadAllBytes(_path);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _secret.Dispose();
    }

    [Fact]
    public void A_changed_byte_anywhere_is_noticed()
    {
        var random = new Random(1);
        int[] places = [.. Enumerable.Range(0, 80), .. Enumerable.Range(0, 200).Select(_ => random.Next(_good.Length)), _good.Length - 1];
        foreach (var place in places)
        {
            var bytes = (byte[])_good.Clone();
            bytes[place] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_path, bytes);
            using var cache = Open();
            Assert.Null(cache.Get(Key));
            Assert.Contains("digest cache", cache.Warning, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_was_cut_or_has_more_is_noticed()
    {
        foreach (var length in (int[])[0, 1, 15, 63, 64, 65, 79, 80, 81, 16_464, 16_465, _good.Length - 16, _good.Length - 1])
        {
            IsPutAside(_good[..length]);
        }

        IsPutAside([.. _good, 0]);
        IsPutAside([.. _good, .. _good]);
        IsPutAside([.. _good[..64], .. _good[(64 + 16_400)..]]);
    }

    [Fact]
    public void A_file_of_something_else_is_noticed()
    {
        IsPutAside("SQLite format 3\0 and so on, for more bytes than the header of a cache has, which are 64"u8.ToArray());
        IsPutAside(new byte[300_000]);
        IsPutAside(RandomNumberGenerator.GetBytes(300_000));
    }

    [Fact]
    public void The_file_of_another_store_opens_nothing()
    {
        using var other = new Secret(RandomNumberGenerator.GetBytes(32));
        using (var cache = DigestCache.Open(_folder.In("other"), other))
        {
            cache.Put(Key, Sources, "theirs"u8);
        }

        IsPutAside(File.ReadAllBytes(Directory.GetFiles(_folder.In("other"), "*.cache").Single()));
    }

    [Fact]
    public void Content_that_is_authentic_and_makes_no_sense_is_noticed()
    {
        byte[][] contents =
        [
            [], [1, 2, 3], Length(1, []), Length(-1, new byte[8]), Length(long.MaxValue, new byte[8]), Length(9, new byte[8]),
            Length(40, [.. Key, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            Length(42, [.. Key, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
            Length(40, [.. Key, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
            Length(40, [.. Key, 1, 0, 0x7F, 0, 0, 0, 0, 0]),
            new byte[40_000_000],
        ];
        var format = new SealedFormat("fluister-cache", 1, "fluister digest cache 1", "digest cache", "");
        foreach (var content in contents)
        {
            format.Replace(_path, _secret, writer => writer.Write(content));
            IsPutAside(File.ReadAllBytes(_path));
        }
    }

    [Fact]
    public void A_folder_in_the_way_costs_the_cache_and_no_more()
    {
        File.Delete(_path);
        Directory.CreateDirectory(Path.Combine(_path, "inside"));
        using var cache = Open();
        cache.Put(Key, Sources, "one"u8);
        Assert.Equal("one"u8.ToArray(), cache.Get(Key));
        Assert.Contains("cannot be written", cache.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_where_the_folder_should_be_costs_the_cache_and_no_more()
    {
        File.WriteAllText(_folder.In("file"), "");
        using var cache = DigestCache.Open(_folder.In("file", "digests"), _secret);
        cache.Put(Key, Sources, "one"u8);
        Assert.Equal("one"u8.ToArray(), cache.Get(Key));
        Assert.Contains("cannot be written", cache.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void What_expired_goes_though_the_cache_cannot_be_written()
    {
        // Nobody can make a file where the next one would be written.
        using var held = new FileStream(_folder.In("lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        using var cache = Open();
        Assert.Equal(1, cache.Expire(new InMemoryArchive { Chats = [], Messages = [] }));
        Assert.False(File.Exists(_path));
        Assert.Contains("cannot be written", cache.Warning, StringComparison.Ordinal);
    }

    private static byte[] Length(long length, byte[] rest)
    {
        var bytes = new byte[8 + rest.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        rest.CopyTo(bytes, 8);
        return bytes;
    }

    private void IsPutAside(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        using (var cache = Open())
        {
            Assert.Null(cache.Get(Key));
            Assert.Contains("digest cache", cache.Warning, StringComparison.Ordinal);
            cache.Put(Key, Sources, "one"u8);
        }

        using var again = Open();
        Assert.Equal("one"u8.ToArray(), again.Get(Key));
        Assert.Null(again.Warning);
    }

    private void Fill()
    {
        using var cache = Open();
        cache.Put(Key, Sources, "one"u8);
    }

    private DigestCache Open() => DigestCache.Open(_folder.Path, _secret);
}
