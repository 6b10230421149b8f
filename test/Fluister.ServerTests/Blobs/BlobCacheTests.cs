using Fluister.Server;
using Fluister.Server.Blobs;

namespace Fluister.ServerTests.Blobs;

/// <summary>The cache of attachments and avatars of other servers: whole ones, within its bound, the ones that were read least lately
/// going first.</summary>
public sealed class BlobCacheTests : IDisposable
{
    private const int Block = ServerLimits.DiskBlock;

    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _clock = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_read_least_lately_goes_first()
    {
        var cache = Open(3 * Block);
        await KeepAsync(cache, "a", 1);
        await KeepAsync(cache, "b", Block);
        await KeepAsync(cache, "c", Block);
        Assert.True(Has(cache, "a"));
        await KeepAsync(cache, "d", 1);
        Assert.Equal((true, false, true, true), (Has(cache, "a"), Has(cache, "b"), Has(cache, "c"), Has(cache, "d")));
        await KeepAsync(cache, "e", (2 * Block) + 1);
        Assert.Equal((false, false, true), (Has(cache, "c"), Has(cache, "d"), Has(cache, "e")));
        Assert.Equal(3 * Block, cache.Taken);
        Assert.Null(cache.Begin("f", (3 * Block) + 1));
        Assert.True(Has(cache, "e"));
    }

    [Fact]
    public async Task What_is_to_come_counts_and_is_not_pushed_out()
    {
        var cache = Open(2 * Block);
        await KeepAsync(cache, "old", 1);
        using (cache.Begin("one", Block))
        using (cache.Begin("two", Block))
        {
            Assert.False(Has(cache, "old"));
            Assert.Null(cache.Begin("three", 1));
            Assert.Null(cache.Begin("one", Block));
            Assert.Equal(2 * Block, cache.Taken);
        }

        Assert.Equal(0, cache.Taken);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_start_finds_what_is_whole_and_removes_the_rest()
    {
        var cache = Open(4 * Block);
        await KeepAsync(cache, "first", 10);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await KeepAsync(cache, "second", Block);
        var left = cache.Begin("third", 100)!;
        await left.WriteAsync(new byte[50]);
        Assert.Equal(3, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length);
        var after = Open(4 * Block);
        Assert.Equal((true, true, false), (Has(after, "first"), Has(after, "second"), Has(after, "third")));
        Assert.Equal(2 * Block, after.Taken);
        Assert.Equal(2, Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Length);

        // The operator has lowered the bound.
        var lower = Open(Block);
        Assert.Equal((false, true), (Has(lower, "first"), Has(lower, "second")));
    }

    [Fact]
    public async Task What_is_not_whole_is_not_kept()
    {
        var cache = Open(4 * Block);
        using (var writer = cache.Begin("a", 100)!)
        {
            await writer.WriteAsync(new byte[99]);
            writer.Complete();
        }

        Assert.False(Has(cache, "a"));
        Assert.Equal(0, cache.Taken);
    }

    [Fact]
    public async Task What_is_too_old_goes()
    {
        var cache = Open(4 * Block);
        await KeepAsync(cache, "a", 1);
        _clock.Advance(ServerLimits.CachedBlobAge / 2);
        await KeepAsync(cache, "b", 1);
        var after = Open(4 * Block);
        _clock.Advance((ServerLimits.CachedBlobAge / 2) - TimeSpan.FromSeconds(1));
        Assert.True(Has(after, "a"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((false, true), (Has(after, "a"), Has(after, "b")));
        _clock.Advance(ServerLimits.CachedBlobAge / 2);
        after.Sweep();
        Assert.Equal(0, after.Taken);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task One_that_is_being_read_is_read_to_its_end()
    {
        var cache = Open(Block);
        await KeepAsync(cache, "a", 1000);
        await using var reading = cache.Open("a")!;
        await KeepAsync(cache, "b", 1);
        Assert.False(Has(cache, "a"));
        Assert.Equal(1000, await reading.ReadAtLeastAsync(new byte[2000], 1000, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_disk_that_has_no_room_or_is_none_keeps_nothing_and_harms_nobody()
    {
        var cache = Open(4 * Block);
        cache.Reserve = long.MaxValue / 2;
        Assert.Null(cache.Begin("a", 1));
        Assert.Equal(0, cache.Taken);
        var file = _folder["file"];
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var none = new BlobCache(file, 4 * Block, _clock) { Reserve = 0 };
        Assert.Null(none.Begin("a", 1));
        Assert.Null(none.Open("a"));
    }

    [Fact]
    public async Task A_file_that_somebody_has_removed_is_none()
    {
        var cache = Open(4 * Block);
        await KeepAsync(cache, "a", 1);
        Directory.Delete(_folder["cache"], recursive: true);
        Assert.Null(cache.Open("a"));
        Assert.Equal(0, cache.Taken);
        Assert.Null(cache.Begin("a", 1));
        Assert.Equal(0, cache.Taken);
    }

    private static bool Has(BlobCache cache, string key)
    {
        using var stream = cache.Open(key);
        return stream is not null;
    }

    private static async Task KeepAsync(BlobCache cache, string key, int length)
    {
        using var writer = cache.Begin(key, length)!;
        await writer.WriteAsync(new byte[length]);
        writer.Complete();
    }

    private BlobCache Open(long most) => new(_folder["cache"], most, _clock) { Reserve = 0 };
}
