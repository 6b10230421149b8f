using System.Security.Cryptography;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Search;
using Fluister.Cryptography;

namespace Fluister.Tests.Search;

public sealed class SearchIndexTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fluister-index-").FullName;
    private readonly Secret _key = new(RandomNumberGenerator.GetBytes(32));

    private string Path => System.IO.Path.Combine(_folder, "words.index");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _key.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void With_an_index_the_same_is_found_as_without_whatever_happened_since(int seed)
    {
        var random = new Random(seed);
        var world = new World(random);
        world.Live(random.Next(1, 3000));
        SearchIndex.Build(world.Archive, Path, _key);
        for (var round = 0; round < 6; round++)
        {
            Compare(world, random);
            world.Live(random.Next(0, 400));
            Compare(world, random);
            if (random.Next(3) > 0)
            {
                SearchIndex.Update(world.Archive, Path, _key);
            }
        }
    }

    [Fact]
    public void Candidates_are_few_and_the_newest_are_read_first()
    {
        var archive = Archive([.. Enumerable.Range(1, 20_000).Select(i => Of(i, i % 1000 == 0 ? "rare common" : "common"))]);
        SearchIndex.Build(archive, Path, _key);
        using var index = SearchIndex.Open(Path, _key);
        Assert.Equal(20_000, index.Count);
        Assert.Equal(20, Search(archive, index, "rare").Count);
        Assert.Equal(20, archive.RowsRead);
        Assert.Equal(10, Search(archive, index, "common", limit: 10).Count);
        Assert.InRange(archive.RowsRead, 30, 20 + 64);
        Assert.Empty(Search(archive, index, "nowhere"));
        Assert.InRange(archive.RowsRead, 30, 20 + 64);
    }

    [Fact]
    public void Several_segments_and_blocks()
    {
        var archive = Archive([.. Enumerable.Range(1, 205_000).Select(i => Of(i, $"all n{i} m{i / 100}"))]);
        SearchIndex.Build(archive, Path, _key);
        using var index = SearchIndex.Open(Path, _key);
        foreach (var i in new[] { 1, 1023, 1024, 99_999, 100_000, 100_001, 204_999 })
        {
            Assert.Equal([i], Search(archive, index, $"n{i} all").Select(hit => (int)hit.Message.RowId));
        }

        Assert.Equal(100, Search(archive, index, "m1000", limit: 1000).Count);
        Assert.Equal(Search(archive, null, "n12345*", limit: 1000).Count, Search(archive, index, "n12345*", limit: 1000).Count);
    }

    [Fact]
    public void An_update_takes_what_is_new_and_what_was_edited()
    {
        var messages = Enumerable.Range(1, 500).Select(i => Of(i, $"old{i}")).ToList();
        var archive = Archive([.. messages]);
        archive.Messages = messages;
        SearchIndex.Update(archive, Path, _key);
        messages.Add(Of(501, "fresh"));
        messages[9] = Of(10, "edited");
        archive.EditedRows.Add(10);
        messages.RemoveAt(0);
        SearchIndex.Update(archive, Path, _key);
        using var index = SearchIndex.Open(Path, _key);
        Assert.Equal(501, index.LastRowId);
        Assert.Equal(502, index.Count);
        Assert.Equal(["501"], Search(archive, index, "fresh").Select(hit => hit.Message.Id));
        Assert.Equal(["10"], Search(archive, index, "edited").Select(hit => hit.Message.Id));
        Assert.Empty(Search(archive, index, "old10"));
        Assert.Empty(Search(archive, index, "old1"));
    }

    [Fact]
    public void Many_updates_end_in_one_segment_again()
    {
        var messages = new List<Message> { Of(1, "word1") };
        var archive = Archive();
        archive.Messages = messages;
        SearchIndex.Update(archive, Path, _key);
        var reads = archive.Reads;
        for (var i = 2; i < 80; i++)
        {
            messages.Add(Of(i, $"word{i}"));
            SearchIndex.Update(archive, Path, _key);
        }

        using var index = SearchIndex.Open(Path, _key);
        Assert.Equal(79, Search(archive, index, "word*", limit: 100).Count);
        Assert.InRange(archive.Reads - reads, 1, 100);
        Assert.Equal(["40"], Search(archive, index, "word40").Select(hit => hit.Message.Id));
    }

    [Fact]
    public void Disappearing_and_view_once_messages_are_found_only_when_asked_for_and_their_words_are_not_kept()
    {
        var kept = Of(1, "secret");
        var disappearing = Of(2, "secret vanishing", expires: 60);
        var once = new Message { Id = "3", RowId = 3, ConversationId = "a", SentAt = new Timestamp(3), Body = "secret", IsViewOnce = true };
        var archive = Archive(kept, disappearing, once);
        SearchIndex.Build(archive, Path, _key);
        using var index = SearchIndex.Open(Path, _key);
        Assert.Equal(["1"], Search(archive, index, "secret").Select(hit => hit.Message.Id));
        var all = new Selection { IncludeDisappearing = true, IncludeViewOnce = true };
        Assert.Equal(["3", "2", "1"], Search(archive, index, "secret", selection: all).Select(hit => hit.Message.Id));
        Assert.Single(Search(archive, index, "vanishing", selection: all));
        Assert.Empty(index.Candidates(SearchQuery.Parse("vanishing"), new Selection(), archive));
    }

    [Fact]
    public void A_person_who_got_another_name_is_found_by_it_in_old_mentions()
    {
        Message Mention(string name) => new()
        {
            Id = "1",
            RowId = 1,
            ConversationId = "a",
            Body = $"@{name} come",
            Ranges = [new BodyRange(0, name.Length + 1, BodyStyle.Mention)],
        };
        var archive = Archive(Mention("Annie"), Of(2, "x"));
        SearchIndex.Build(archive, Path, _key);
        archive.Messages = [Mention("Britta"), Of(2, "x")];
        archive.Chats = [.. archive.Chats.Select(chat => chat with { Name = chat.Name + "!" })];
        using (var index = SearchIndex.Open(Path, _key))
        {
            Assert.Single(Search(archive, index, "britta"));
            Assert.Empty(Search(archive, index, "annie"));
        }

        SearchIndex.Update(archive, Path, _key);
        using var updated = SearchIndex.Open(Path, _key);
        Assert.Single(updated.Candidates(SearchQuery.Parse("britta"), new Selection(), archive));
    }

    [Fact]
    public void A_message_of_endless_words_is_found_by_its_last_one()
    {
        var body = string.Join(' ', Enumerable.Range(0, 60_000).Select(i => $"w{i}"));
        var archive = Archive(Of(1, body), Of(2, "x"));
        SearchIndex.Build(archive, Path, _key);
        using var index = SearchIndex.Open(Path, _key);
        Assert.Equal(["1"], Search(archive, index, "w59999").Select(hit => hit.Message.Id));
    }

    [Fact]
    public void An_empty_archive_has_an_index_too()
    {
        var archive = Archive();
        SearchIndex.Build(archive, Path, _key);
        using var index = SearchIndex.Open(Path, _key);
        Assert.Equal(0, index.Count);
        Assert.Empty(Search(archive, index, "x"));
    }

    [Fact]
    public void No_word_stands_in_the_file_and_no_two_files_are_alike()
    {
        var archive = Archive([.. Enumerable.Range(1, 3000).Select(i => Of(i, $"canary canary{i} 東京"))]);
        SearchIndex.Build(archive, Path, _key);
        var one = File.ReadAllBytes(Path);
        SearchIndex.Update(archive, Path, _key);
        var two = File.ReadAllBytes(Path);
        foreach (var word in new[] { "canary", "canary1", "東京", "withheld", "conversation-a" })
        {
            Assert.Equal(-1, one.AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)));
            Assert.Equal(-1, one.AsSpan().IndexOf(Encoding.Unicode.GetBytes(word)));
        }

        // Blocks of 16 bytes that both files have: the name and version alone.
        var blocks = one.Chunk(16).Select(Convert.ToHexString).ToHashSet();
        Assert.Equal(1, two.Chunk(16).Select(Convert.ToHexString).Count(blocks.Contains));
        Assert.Equal(one.Length / 16, blocks.Count - (one.Length % 16 == 0 ? 0 : 1));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        }
    }

    [Fact]
    public void Another_key_another_file_and_another_version_are_told_apart()
    {
        SearchIndex.Build(Archive(Of(1, "x")), Path, _key);
        using var other = new Secret(RandomNumberGenerator.GetBytes(32));
        using var shortKey = new Secret([1, 2, 3]);
        var bytes = File.ReadAllBytes(Path);
        Assert.Equal(ArchiveError.WrongKey, Fault(bytes, other).Error);
        Assert.Equal(ArchiveError.Damaged, Fault(new byte[1000], _key).Error);
        Assert.Equal(ArchiveError.Damaged, Fault([], _key).Error);
        Assert.Equal(ArchiveError.Unsupported, Fault([.. bytes[..15], 2, .. bytes[16..]], _key).Error);
        Assert.Equal(
            ArchiveError.NotFound, Assert.Throws<ArchiveException>(() => SearchIndex.Open(Path + "x", _key)).Error);
        Assert.Throws<ArgumentException>(() => SearchIndex.Build(Archive(), Path, shortKey));
    }

    [Fact]
    public void Every_cut_is_found_when_it_is_opened_and_every_change_when_it_is_read()
    {
        var archive = Archive([.. Enumerable.Range(1, 3000).Select(i => Of(i, $"word{i} all {i * 7919} {i * 104729}"))]);
        SearchIndex.Build(archive, Path, _key);
        var whole = File.ReadAllBytes(Path);
        Assert.InRange(whole.Length, 40_000, 200_000);
        foreach (var length in new[] { 1, 63, 64, 79, 80, 100, 64 + 16400, 64 + 16400 + 16, whole.Length - 16400, whole.Length - 1 })
        {
            Assert.Equal(ArchiveError.Damaged, Fault(whole[..length], _key).Error);
        }

        // A cut between two blocks leaves whole blocks; the last that is left does not say that it is the last.
        Assert.Contains("cut short", Fault(whole[..(64 + 16400)], _key).Message);
        Assert.Equal(ArchiveError.Damaged, Fault([.. whole, 0], _key).Error);
        for (var at = 16; at < whole.Length; at += 997)
        {
            var changed = whole.ToArray();
            changed[at] ^= 0x80;
            var fault = Fault(changed, _key, archive);
            Assert.Equal(at < 64 ? ArchiveError.WrongKey : ArchiveError.Damaged, fault.Error);
            Assert.Contains("build", fault.Message);
        }

        // A search reads some blocks only, and finds what was changed in those.
        var first = whole.ToArray();
        first[100] ^= 1;
        File.WriteAllBytes(Path, first);
        using (var index = SearchIndex.Open(Path, _key))
        {
            Assert.Equal(
                ArchiveError.Damaged, Assert.Throws<ArchiveException>(() => Search(archive, index, "word1*", limit: 5000)).Error);
        }

        var (one, two) = (64 + 16400, 64 + (2 * 16400));
        byte[] swapped = [.. whole[..64], .. whole[one..two], .. whole[64..one], .. whole[two..]];
        Assert.Equal(ArchiveError.Damaged, Fault(swapped, _key, archive).Error);
    }

    [Fact]
    public void A_build_that_fails_or_is_cancelled_leaves_what_was_there_and_nothing_else()
    {
        SearchIndex.Build(Archive(Of(1, "x")), Path, _key);
        var before = File.ReadAllBytes(Path);
        var failing = Archive();
        failing.Messages = Enumerable.Range(1, 5000).Select(i => i < 4000 ? Of(i, "y") : throw new TimeZoneNotFoundException());
        Assert.Throws<TimeZoneNotFoundException>(() => SearchIndex.Build(failing, Path, _key));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        failing.Messages = Enumerable.Range(1, 5000).Select(i => Of(i, "y"));
        Assert.Throws<OperationCanceledException>(() => SearchIndex.Build(failing, Path, _key, null, cancelled.Token));
        Assert.Throws<OperationCanceledException>(() => SearchIndex.Update(failing, Path, _key, null, cancelled.Token));
        Assert.Equal(before, File.ReadAllBytes(Path));
        Assert.Equal([Path], Directory.GetFileSystemEntries(_folder));
        Assert.Equal(
            ArchiveError.Denied,
            Assert.Throws<ArchiveException>(() => SearchIndex.Build(failing, System.IO.Path.Combine(_folder, "no", "i"), _key)).Error);
    }

    private void Compare(World world, Random random)
    {
        using var index = SearchIndex.Open(Path, _key);
        for (var i = 0; i < 25; i++)
        {
            var query = SearchQuery.Parse(world.Query());
            var selection = world.Selection();
            var options = new SearchOptions
            {
                Order = random.Next(2) == 0 ? SearchOrder.NewestFirst : SearchOrder.Stored,
                Limit = random.Next(4) == 0 ? 1 : random.Next(1, 500),
            };
            var scanned = Searcher.Search(world.Archive, query, selection(), options).Select(Text).ToList();
            var indexed = Searcher.Search(world.Archive, query, selection(), options with { Index = index }).Select(Text).ToList();
            Assert.Equal(scanned, indexed);
            world.Hits += scanned.Count;
        }

        Assert.True(world.Hits > 0, "The queries of this world find nothing.");

        static string Text(SearchHit hit) => $"{hit.Message.RowId}: {string.Join(' ', hit.Matches)}";
    }

    private ArchiveException Fault(byte[] bytes, Secret key, InMemoryArchive? archive = null)
    {
        var path = System.IO.Path.Combine(_folder, "other.index");
        File.WriteAllBytes(path, bytes);
        return Assert.Throws<ArchiveException>(() =>
        {
            using var index = SearchIndex.Open(path, key);
            SearchIndex.Update(archive ?? Archive(), path, key);
        });
    }

    private static List<SearchHit> Search(
        ConversationArchive archive, SearchIndex? index, string query, int limit = 50, Selection? selection = null)
        => [.. Searcher.Search(archive, SearchQuery.Parse(query), selection ?? new(), new() { Index = index, Limit = limit })];

    private static InMemoryArchive Archive(params Message[] messages) => new()
    {
        Chats = [new Conversation { Id = "conversation-a", Kind = ConversationKind.Direct, Name = "A" }],
        Messages = messages,
    };

    private static Message Of(int row, string body, long expires = 0) => new()
    {
        Id = $"{row}",
        RowId = row,
        ConversationId = "conversation-a",
        SentAt = new Timestamp(row),
        Body = body,
        ExpireTimer = expires,
    };

    // A small world of few words, in which messages come, are edited and go.
    private sealed class World
    {
        private static readonly string[] Words =
        [
            "a", "ab", "abc", "b", "Bé", "be", "東", "東京", "京都", "👍", "𠀀𠀁",
            "e-mail", "x1", "ünder", "under", "longer", "longest", "ß", "ss",
        ];

        private readonly Random _random;
        private readonly List<Message> _messages = [];
        private int _rows;

        public World(Random random)
        {
            _random = random;
            Archive = new InMemoryArchive
            {
                Chats = [.. Enumerable.Range(0, 5).Select(
                    i => new Conversation { Id = $"c{i}", Kind = ConversationKind.Group, Name = $"C{i}" })],
                Messages = _messages,
            };
        }

        public InMemoryArchive Archive { get; }

        public int Hits { get; set; }

        public void Live(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                var what = _messages.Count == 0 ? 0 : _random.Next(10);
                var at = _random.Next(_messages.Count);
                if (what == 8)
                {
                    _messages.RemoveAt(at);
                }
                else if (what == 9)
                {
                    _messages[at] = New((int)_messages[at].RowId);
                    Archive.EditedRows.Add(_messages[at].RowId);
                }
                else
                {
                    _messages.Add(New(++_rows));
                }
            }
        }

        public string Query()
        {
            var query = Word();
            for (var i = _random.Next(3); i > 0; i--)
            {
                query += _random.Next(5) switch
                {
                    0 => $" -{Word()}",
                    1 => $" \"{Word()} {Word()}\"",
                    2 => $" {Word()[0]}*",
                    _ => " " + Word(),
                };
            }

            return query + (_random.Next(4) == 0 ? "*" : "");
        }

        // A selection counts what it leaves out, so each search has its own.
        public Func<Selection> Selection()
        {
            var all = _random.Next(4);
            var since = _random.Next(3) == 0 ? _random.Next(1000) : -1;
            var until = _random.Next(3) == 0 ? _random.Next(1000) : -1;
            HashSet<string>? conversations = _random.Next(3) == 0 ? [$"c{_random.Next(5)}", $"c{_random.Next(6)}"] : null;
            return () => new Selection
            {
                IncludeDisappearing = (all & 1) != 0,
                IncludeViewOnce = (all & 2) != 0,
                Since = since >= 0 ? new Timestamp(since) : null,
                Until = until >= 0 ? new Timestamp(until) : null,
                Conversations = conversations,
            };
        }

        private string Word() => Words[_random.Next(Words.Length)];

        private string Text() => string.Join(_random.Next(2) == 0 ? " " : ", ", Enumerable.Range(0, _random.Next(7)).Select(_ => Word()));

        private Message New(int row) => new()
        {
            Id = $"{row}",
            RowId = row,
            ConversationId = $"c{_random.Next(5)}",
            SentAt = new Timestamp(_random.Next(1000)),
            Body = Text(),
            Quote = _random.Next(5) == 0 ? new Quote(default, null, Text()) : null,
            Attachments = _random.Next(5) == 0 ? [new Attachment { FileName = Text() }] : [],
            ExpireTimer = _random.Next(6) == 0 ? 60 : 0,
            IsViewOnce = _random.Next(8) == 0,
        };
    }
}
