using System.Text.Json;
using System.Text.Json.Nodes;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;
using Fluister.Cryptography;

namespace Fluister.Tests.Exports;

public sealed class IncrementalExportTests
{
    private static readonly ExportFormat[] Formats =
        [ExportFormat.JsonLines, ExportFormat.Markdown, ExportFormat.Html, ExportFormat.Csv, ExportFormat.Text];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Base_and_changes_replayed_are_a_fresh_export(int seed)
    {
        var random = new Random(seed);
        var world = new World(random);
        using var key = new Secret(Enumerable.Repeat((byte)7, 32).ToArray());
        using var folder = new TemporaryFolder();
        var options = new ExportOptions { TimeZone = Samples.Amsterdam, StateKey = key, Incremental = true, PageMessages = 7 };

        for (var round = 0; round < 6; round++)
        {
            using var archive = world.Archive();
            var report = DirectoryExport.Write(archive, new Selection(), Formats, folder.In("kept"), options);
            DirectoryExport.Write(archive, new Selection(), Formats, folder.In($"fresh{round}"), options with { StateKey = null });

            Assert.Equal(Replay(folder.In($"fresh{round}")), Replay(folder.In("kept")));
            Assert.Equal(Transcripts(folder.In($"fresh{round}")), Transcripts(folder.In("kept")));
            Assert.Equal(round == 0 ? (0, 0, 0) : world.Expected, ((int)report.Added, (int)report.Edited, (int)report.Deleted));
            world.Step();
        }
    }

    [Fact]
    public void A_run_without_changes_writes_nothing_new()
    {
        using var archive = Samples.Everything();
        using var key = new Secret(new byte[16]);
        using var folder = new TemporaryFolder();
        var options = new ExportOptions { TimeZone = Samples.Amsterdam, StateKey = key, Incremental = true, Media = true };
        DirectoryExport.Write(archive, new Selection(), Formats, folder.In("kept"), options);
        var before = folder.Entries();
        var report = DirectoryExport.Write(archive, new Selection(), Formats, folder.In("kept"), options);

        Assert.Equal((0, 0, 0), (report.Added, report.Edited, report.Deleted));
        Assert.Equal(before, folder.Entries());
    }

    [Fact]
    public void Files_of_a_message_that_was_erased_go_and_stay_where_asked_to()
    {
        using var archive = Samples.Everything();
        using var key = new Secret(new byte[16]);
        using var folder = new TemporaryFolder();
        var options = new ExportOptions { TimeZone = Samples.Amsterdam, StateKey = key, Incremental = true, Media = true };
        DirectoryExport.Write(archive, new Selection(), Formats, folder.In("a"), options);
        DirectoryExport.Write(archive, new Selection(), Formats, folder.In("b"), options);
        archive.Messages = archive.Messages.Where(static m => m.RowId != 3).ToList();
        DirectoryExport.Write(archive, new Selection(), Formats, folder.In("a"), options);
        DirectoryExport.Write(archive, new Selection(), Formats, folder.In("b"), options with { KeepDeleted = true });

        Assert.Equal(["00000004-0000-4000-8000-000000000000-s-file.webp"],
            Directory.GetFiles(folder.In("a", "media")).Select(Path.GetFileName));
        Assert.Equal(4, Directory.GetFiles(folder.In("b", "media")).Length);
        Assert.Contains("00000003-0000-4000-8000-000000000000", Replay(folder.In("b")), StringComparison.Ordinal);
        Assert.DoesNotContain("00000003-0000-4000-8000-000000000000", Replay(folder.In("a")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_state_tells_nothing_and_another_key_or_a_changed_byte_is_refused()
    {
        using var archive = Samples.Everything();
        using var key = new Secret(new byte[16]);
        using var other = new Secret(Enumerable.Repeat((byte)1, 16).ToArray());
        using var folder = new TemporaryFolder();
        var options = new ExportOptions { TimeZone = Samples.Amsterdam, StateKey = key, Incremental = true };
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.JsonLines], folder.In("kept"), options);
        var state = folder.In("kept", "fluister-export.state");
        var bytes = File.ReadAllBytes(state);

        Assert.Equal(-1, bytes.AsSpan().IndexOf("house"u8));
        Assert.Equal(-1, bytes.AsSpan().IndexOf("p-alice"u8));
        Assert.Throws<ArchiveException>(() => Again(options with { StateKey = other }));
        for (var i = 0; i < bytes.Length; i += 7)
        {
            bytes[i] ^= 1;
            File.WriteAllBytes(state, bytes);
            Assert.Equal(ArchiveError.Damaged, Assert.Throws<ArchiveException>(() => Again(options)).Error);
            bytes[i] ^= 1;
        }

        File.WriteAllBytes(state, bytes.AsSpan(0, bytes.Length - 9));
        Assert.Throws<ArchiveException>(() => Again(options));
        File.WriteAllBytes(state, bytes);
        Assert.Equal(0, Again(options).Added);

        ExportReport Again(ExportOptions with) =>
            DirectoryExport.Write(archive, new Selection(), [ExportFormat.JsonLines], folder.In("kept"), with);
    }

    [Fact]
    public void Other_formats_filters_or_folders_are_refused()
    {
        using var archive = Samples.Everything();
        using var key = new Secret(new byte[16]);
        using var folder = new TemporaryFolder();
        var options = new ExportOptions { TimeZone = Samples.Amsterdam, StateKey = key, Incremental = true };
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.JsonLines], folder.In("kept"), options);
        Directory.CreateDirectory(folder.In("photos"));

        Assert.Throws<ArchiveException>(() => DirectoryExport.Write(archive, new Selection(), [ExportFormat.Csv], folder.In("kept"),
            options));
        Assert.Throws<ArchiveException>(
            () => DirectoryExport.Write(archive, new Selection { UnreadOnly = true }, [ExportFormat.JsonLines], folder.In("kept"),
                options));
        Assert.Throws<ArchiveException>(() => DirectoryExport.Write(archive, new Selection(), [ExportFormat.JsonLines],
            folder.In("photos"), options));
        Assert.Throws<ArchiveException>(
            () => DirectoryExport.Write(archive, new Selection(), [ExportFormat.JsonLines], folder.In("kept"),
                options with { StateKey = null }));
    }

    [Fact]
    public void Rows_out_of_order_in_the_first_run_are_found_again_in_the_next()
    {
        var chat = new Conversation { Id = "c", Kind = ConversationKind.Direct, Name = "C" };
        using var archive = new InMemoryArchive
        {
            Chats = [chat],
            Messages = Enumerable.Range(1, 70_000).Reverse().Select(static i => Samples.Text(i, "c", "x"))
        };
        using var key = new Secret(new byte[16]);
        using var folder = new TemporaryFolder();
        var options = new ExportOptions { TimeZone = Samples.Amsterdam, StateKey = key, Incremental = true };
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.JsonLines], folder.In("kept"), options);
        archive.Messages = Enumerable.Range(1, 70_001).Where(static i => i != 5)
            .Select(static i => Samples.Text(i, "c", i == 9 ? "y" : "x"));
        var report = DirectoryExport.Write(archive, new Selection(), [ExportFormat.JsonLines], folder.In("kept"), options);

        Assert.Equal((1, 1, 1), (report.Added, report.Edited, report.Deleted));
    }

    /// <summary>The messages and conversations that a reader of docs/spec/export-jsonl.md ends up with, as one text.</summary>
    private static string Replay(string folder)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(folder, "changes-*.jsonl").Order(StringComparer.Ordinal)
            .Prepend(Path.Combine(folder, "messages.jsonl")))
        {
            foreach (var line in File.ReadLines(file))
            {
                var record = JsonNode.Parse(line)!.AsObject();
                foreach (var kind in (string[])["message", "conversation"])
                {
                    if (record[kind] is { } value)
                    {
                        var name = $"{kind} {value["rowId"]} {value["id"]}";
                        found.Remove(name);
                        if ((string?)record["change"] != "deleted")
                        {
                            found.Add(name, value.ToJsonString());
                        }
                    }
                }
            }
        }

        return JsonSerializer.Serialize(found);
    }

    private static string Transcripts(string folder) => string.Join(
        "\n",
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(static f => !f.EndsWith(".jsonl", StringComparison.Ordinal)
                && !Path.GetFileName(f).StartsWith("fluister-", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => Path.GetRelativePath(folder, f) + "\n" + File.ReadAllText(f)));

    /// <summary>A store that lives: messages come, change, move and go.</summary>
    private sealed class World
    {
        private readonly Random _random;
        private readonly List<Conversation> _chats = [];
        private readonly List<Message> _messages = [];
        private long _row;

        internal World(Random random)
        {
            _random = random;
            for (var i = 0; i < 5; i++)
            {
                _chats.Add(new Conversation { Id = $"c{i}", Kind = ConversationKind.Group, Name = $"Chat {i}" });
            }

            for (var i = 0; i < 60; i++)
            {
                _messages.Add(Next());
            }
        }

        internal (int Added, int Edited, int Deleted) Expected { get; private set; }

        internal InMemoryArchive Archive() => new() { Chats = [.. _chats], Messages = [.. _messages] };

        internal void Step()
        {
            var before = _messages.ToDictionary(static m => m.RowId);
            for (var i = _messages.Count - 1; i >= 0; i--)
            {
                switch (_random.Next(20))
                {
                    case 0:
                        _messages.RemoveAt(i);
                        break;
                    case 1:
                        _messages[i] = Samples.Text(_messages[i].RowId, _messages[i].ConversationId, $"changed {_random.Next()}");
                        break;
                    case 2:
                        var chat = _messages[i].ConversationId == "c0" ? "c1" : "c0";
                        _messages[i] = Samples.Text(_messages[i].RowId, chat, _messages[i].Body);
                        break;
                }
            }

            for (var added = _random.Next(5); added > 0; added--)
            {
                _messages.Add(Next());
            }

            var place = _random.Next(_chats.Count);
            _chats[place] = _chats[place] with { Name = $"Renamed {_random.Next(100)}" };
            if (_random.Next(3) == 0 && _chats.Count > 2)
            {
                var gone = _chats[^1].Id;
                _chats.RemoveAt(_chats.Count - 1);
                _messages.RemoveAll(m => m.ConversationId == gone);
            }

            Expected = (
                _messages.Count(m => !before.ContainsKey(m.RowId)),
                _messages.Count(m => before.TryGetValue(m.RowId, out var old) && !ReferenceEquals(old, m)),
                before.Keys.Except(_messages.Select(static m => m.RowId)).Count());
        }

        private Message Next() => Samples.Text(++_row, $"c{_random.Next(_chats.Count)}", $"text {_random.Next(1000)}");
    }
}
