using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Cryptography;
using Fluister.Summaries.Cache;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Summaries;

public sealed class CacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Secret _key = new(RandomNumberGenerator.GetBytes(32));

    private string Folder => _folder.In("fluister", "digests");

    private string File => Directory.GetFiles(Folder, "*.cache").Single();

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void What_was_put_is_there_for_the_next_run_and_only_under_its_key()
    {
        using (var cache = Open())
        {
            Assert.Null(cache.Get(Key(1)));
            cache.Put(Key(1), [Of(1)], "one"u8);
            Assert.Equal("one", Text(cache, 1));
        }

        using (var cache = Open())
        {
            Assert.Equal("one", Text(cache, 1));
            Assert.Null(cache.Get(Key(2)));
            cache.Put(Key(1), [Of(1)], "another"u8);
        }

        using var last = Open();
        Assert.Equal("another", Text(last, 1));
        Assert.Null(last.Warning);
    }

    [Fact]
    public void What_was_put_is_on_the_disk_though_the_run_never_ends()
    {
        var killed = Open();
        killed.Put(Key(1), [Of(1)], "one"u8);
        using var cache = Open();
        Assert.Equal("one", Text(cache, 1));
        killed.Dispose();
    }

    [Fact]
    public void A_run_that_only_looks_leaves_no_trace()
    {
        using (var cache = Open())
        {
            Assert.Null(cache.Get(Key(1)));
            Assert.Equal(0, cache.Expire(Archive()));
        }

        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void The_file_is_its_owners_and_tells_neither_what_nor_how_much_is_in_it()
    {
        using (var cache = Open())
        {
            cache.Put(Key(1), [Of(1) with { Id = "canary-of-an-id" }], "a canary in a mine"u8);
        }

        var one = new FileInfo(File);
        Assert.DoesNotContain("canary", System.IO.File.ReadAllText(one.FullName, Encoding.Latin1), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{32}[.]cache$", one.Name);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, one.UnixFileMode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Folder).UnixFileMode);
        var length = one.Length;
        Fill(2, new string('x', 10_000));
        Assert.Equal(length, new FileInfo(File).Length);
    }

    [Fact]
    public void A_folder_that_others_may_read_is_closed()
    {
        Directory.CreateDirectory(Folder);
        System.IO.File.SetUnixFileMode(Folder, (UnixFileMode)0x1FF);
        Fill(1, "one");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Folder).UnixFileMode);
    }

    [Fact]
    public void Each_archive_has_its_own()
    {
        Fill(1, "one");
        using var other = new Secret(RandomNumberGenerator.GetBytes(32));
        using (var cache = DigestCache.Open(Folder, other))
        {
            Assert.Null(cache.Get(Key(1)));
            Assert.Null(cache.Warning);
            cache.Put(Key(1), [Of(1)], "theirs"u8);
        }

        using var ours = Open();
        Assert.Equal("one", Text(ours, 1));
        Assert.Equal(2, Directory.GetFiles(Folder, "*.cache").Length);
    }

    [Fact]
    public void Two_runs_at_once_keep_what_both_put()
    {
        using var first = Open();
        using var second = Open();
        first.Put(Key(1), [Of(1)], "one"u8);
        second.Put(Key(2), [Of(2)], "two"u8);
        first.Put(Key(3), [Of(3)], "three"u8);
        second.Dispose();
        first.Dispose();

        using var cache = Open();
        Assert.Equal("one", Text(cache, 1));
        Assert.Equal("two", Text(cache, 2));
        Assert.Equal("three", Text(cache, 3));
    }

    [Fact]
    public void Threads_and_runs_that_write_at_once_lose_nothing()
    {
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, run =>
        {
            using var cache = Open();
            Parallel.For(0, 25, i => cache.Put(Key((run * 100) + i), [Of(i)], Encoding.UTF8.GetBytes($"{run}/{i}")));
        });

        using var all = Open();
        Assert.Null(all.Warning);
        foreach (var (run, i) in Enumerable.Range(0, 4).SelectMany(run => Enumerable.Range(0, 25).Select(i => (run, i))))
        {
            Assert.Equal($"{run}/{i}", Encoding.UTF8.GetString(all.Get(Key((run * 100) + i))!));
        }
    }

    [Fact]
    public void What_was_used_longest_ago_leaves_when_the_cache_is_full()
    {
        var large = new byte[1_000_000];
        using (var cache = Open())
        {
            for (var i = 0; i < 16; i++)
            {
                cache.Put(Key(i), [Of(i)], large);
            }
        }

        using (var cache = Open())
        {
            Assert.NotNull(cache.Get(Key(0)));
            cache.Put(Key(100), [Of(1)], large);
        }

        using var last = Open();
        Assert.NotNull(last.Get(Key(0)));
        Assert.Null(last.Get(Key(1)));
        Assert.NotNull(last.Get(Key(2)));
        Assert.NotNull(last.Get(Key(100)));
        Assert.True(new FileInfo(File).Length < 17 * 1024 * 1024);
    }

    [Fact]
    public void One_text_that_is_too_large_is_not_kept()
    {
        using var cache = Open();
        cache.Put(Key(1), [Of(1)], new byte[2_000_000]);
        Assert.Null(cache.Get(Key(1)));
        Assert.Null(cache.Warning);
    }

    [Fact]
    public void A_text_made_of_no_message_could_never_expire_and_is_refused()
    {
        using var cache = Open();
        Assert.Throws<ArgumentException>(() => cache.Put(Key(1), [], "one"u8));
        Assert.Throws<ArgumentException>(() => cache.Put(Key(1), [new(1, "m1", [])], "one"u8));
        Assert.Throws<ArgumentException>(() => cache.Put([1, 2, 3], [Of(1)], "one"u8));
    }

    [Fact]
    public void Forgetting_deletes_all_caches_and_what_killed_runs_left()
    {
        Fill(1, "one");
        System.IO.File.WriteAllText(File + ".0123.tmp", "half");
        DigestCache.Forget(Folder);
        Assert.Equal("lock", Path.GetFileName(Directory.GetFileSystemEntries(Folder).Single()));
        using var cache = Open();
        Assert.Null(cache.Get(Key(1)));
        DigestCache.Forget(_folder.In("nowhere"));
    }

    [Fact]
    public void What_a_killed_run_left_half_written_is_removed()
    {
        Fill(1, "one");
        System.IO.File.WriteAllText(File + ".0123.tmp", "half");
        using var cache = Open();
        Assert.Equal("one", Text(cache, 1));
        Assert.Empty(Directory.GetFiles(Folder, "*.tmp"));
    }

    [Fact]
    public void A_text_expires_with_any_of_its_messages()
    {
        Action<List<Message>>[] changes =
        [
            all => all.RemoveAt(1),
            all => all[1] = Change(all[1], body: "edited"),
            all => all[1] = Change(all[1], isErased: true),
            all => all[1] = Change(all[1], timer: 3600),
            all => all[1] = Change(all[1], isViewOnce: true),
            all => all[1] = Change(all[1], id: "another"),
            all => all[1] = Change(all[1], sender: new("p1", "A new name")),
        ];
        foreach (var change in changes)
        {
            var messages = Enumerable.Range(0, 3).Select(MessageOf).ToList();
            using (var cache = Open())
            {
                cache.Put(Key(1), [CachedMessage.Of(messages[0]), CachedMessage.Of(messages[1])], "first"u8);
                cache.Put(Key(2), [CachedMessage.Of(messages[2])], "second"u8);
                Assert.Equal(0, cache.Expire(Archive(messages)));
            }

            change(messages);
            using (var cache = Open())
            {
                Assert.Equal("first", Text(cache, 1));
                Assert.Equal(1, cache.Expire(Archive(messages)));
                Assert.Null(cache.Get(Key(1)));
            }

            using var last = Open();
            Assert.Null(last.Get(Key(1)));
            Assert.Equal("second", Text(last, 2));
        }
    }

    [Fact]
    public void What_expired_in_one_run_is_not_brought_back_by_another()
    {
        using var other = Open();
        other.Put(Key(1), [Of(1)], "one"u8);
        using (var cache = Open())
        {
            Assert.Equal(1, cache.Expire(Archive([])));
        }

        other.Put(Key(2), [Of(2)], "two"u8);
        other.Dispose();
        using var last = Open();
        Assert.Null(last.Get(Key(1)));
        Assert.NotNull(last.Get(Key(2)));
    }

    [Fact]
    public void The_hash_of_a_message_is_over_all_a_model_sees()
    {
        var message = MessageOf(1);
        Message[] others =
        [
            Change(message, body: "x"), Change(message, id: "x"), Change(message, sender: new("x", "Person 1")),
            Change(message, sender: new("p1", "x")), Change(message, sentAt: new(7)),
            Change(message, quote: new(new(1), null, "x")), Change(message, quote: new(new(1), new("x", "x"), "Quoted")),
            Change(message, files: [new() { FileName = "x" }]), Change(message, body: null, isBodyless: true),
        ];
        var hashes = others.Append(message).Select(x => Convert.ToHexString(CachedMessage.Of(x).Hash)).ToList();
        Assert.Equal(hashes.Count, hashes.Distinct().Count());
        Assert.Equal(hashes[^1], Convert.ToHexString(CachedMessage.Of(MessageOf(1)).Hash));
    }

    private static byte[] Key(int number) => SHA256.HashData(BitConverter.GetBytes(number));

    private static CachedMessage Of(int number) => CachedMessage.Of(MessageOf(number));

    private static Message MessageOf(int number) => Change(new Message { Id = $"m{number}", ConversationId = "c", RowId = number },
        body: $"Body {number}", sender: new($"p{number}", $"Person {number}"));

    private static Message Change(Message message, string? body = null, string? id = null, Participant? sender = null,
        Timestamp? sentAt = null, Quote? quote = null, IReadOnlyList<Attachment>? files = null, bool isErased = false,
        bool isViewOnce = false, long timer = 0, bool isBodyless = false) => new()
        {
            Id = id ?? message.Id,
            RowId = message.RowId,
            ConversationId = message.ConversationId,
            Sender = sender ?? message.Sender,
            SentAt = sentAt ?? message.SentAt,
            Body = isBodyless ? null : body ?? message.Body,
            Quote = quote ?? message.Quote,
            Attachments = files ?? message.Attachments,
            IsErased = isErased,
            IsViewOnce = isViewOnce,
            ExpireTimer = timer,
        };

    private static InMemoryArchive Archive(IReadOnlyList<Message>? messages = null) => new()
    {
        Chats = [Talk.Conversation],
        Messages = messages ?? [],
    };

    private static string? Text(DigestCache cache, int number) =>
        cache.Get(Key(number)) is { } value ? Encoding.UTF8.GetString(value) : null;

    private DigestCache Open() => DigestCache.Open(Folder, _key);

    private void Fill(int number, string text)
    {
        using var cache = Open();
        cache.Put(Key(number), [Of(number)], Encoding.UTF8.GetBytes(text));
    }
}
