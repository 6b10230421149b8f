using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;

namespace Fluister.Tests.Exports;

public sealed class ExportLimitTests
{
    private static readonly ExportFormat[] All =
        [ExportFormat.Markdown, ExportFormat.Html, ExportFormat.JsonLines, ExportFormat.Csv, ExportFormat.Text];

    private static readonly Conversation Chat = new() { Id = "c", Kind = ConversationKind.Direct, Name = "C" };

    [Fact]
    public void A_cancelled_export_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        using var archive = new InMemoryArchive { Chats = [Chat], Messages = Endless(cancel) };

        Assert.Throws<OperationCanceledException>(
            () => DirectoryExport.Write(archive, new Selection(), All, folder.In("out"), new ExportOptions(), cancel: cancel.Token));
        Assert.Empty(folder.Entries());

        static IEnumerable<Message> Endless(CancellationTokenSource cancel)
        {
            for (var i = 1; ; i++)
            {
                if (i == 3000)
                {
                    cancel.Cancel();
                }

                Assert.True(i < 4000, "The export did not stop.");
                yield return Samples.Text(i, "c", new string('x', 100));
            }
        }
    }

    [Fact]
    public void An_archive_that_fails_half_way_leaves_nothing_and_the_export_before_stands()
    {
        using var folder = new TemporaryFolder();
        using var archive = new InMemoryArchive { Chats = [Chat], Messages = [Samples.Text(1, "c", "first")] };
        DirectoryExport.Write(archive, new Selection(), All, folder.In("out"), new ExportOptions());
        var before = folder.Entries();
        archive.Messages = Failing();

        Assert.Throws<ArchiveException>(
            () => DirectoryExport.Write(archive, new Selection(), All, folder.In("out"), new ExportOptions { Overwrite = true }));
        Assert.Equal(before, folder.Entries());
        Assert.Contains("first", File.ReadAllText(folder.In("out", "messages.jsonl")), StringComparison.Ordinal);

        static IEnumerable<Message> Failing()
        {
            yield return Samples.Text(1, "c", "second");
            throw new ArchiveException(ArchiveError.Damaged, "Page 7 is damaged.");
        }
    }

    [Fact]
    public void What_a_killed_run_left_is_removed_and_what_a_running_one_writes_is_not()
    {
        using var folder = new TemporaryFolder();
        using var archive = new InMemoryArchive { Chats = [Chat], Messages = [Samples.Text(1, "c", "first")] };
        Directory.CreateDirectory(folder.In(".out.partial-dead"));
        File.WriteAllText(folder.In(".out.partial-dead", ".lock"), "");
        // Killed between making the folder and its lock, or between taking the lock away and the renaming.
        Directory.CreateDirectory(folder.In(".out.partial-old"));
        File.WriteAllText(folder.In(".out.partial-old", "chat.csv"), "plain text");
        Directory.SetLastWriteTimeUtc(folder.In(".out.partial-old"), DateTime.UtcNow.AddHours(-2));
        Directory.CreateDirectory(folder.In(".out.partial-new"));
        Directory.CreateDirectory(folder.In(".out.partial-alive"));
        using (new FileStream(folder.In(".out.partial-alive", ".lock"), FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            DirectoryExport.Write(archive, new Selection(), [ExportFormat.Csv], folder.In("out"), new ExportOptions());
        }

        Assert.Equal([folder.In(".out.partial-alive"), folder.In(".out.partial-new"), folder.In("out")],
            Directory.GetDirectories(folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_existing_folder_is_only_replaced_when_asked_and_when_it_is_an_export()
    {
        using var folder = new TemporaryFolder();
        using var archive = new InMemoryArchive { Chats = [Chat], Messages = [Samples.Text(1, "c", "first")] };
        Directory.CreateDirectory(folder.In("photos"));
        File.WriteAllText(folder.In("photos", "me.jpg"), "");
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Csv], folder.In("out"), new ExportOptions());

        Assert.Throws<ArchiveException>(() => DirectoryExport.Write(archive, new Selection(), [ExportFormat.Text], folder.In("out"),
            new ExportOptions()));
        Assert.Throws<ArchiveException>(
            () => DirectoryExport.Write(archive, new Selection(), [ExportFormat.Text], folder.In("photos"),
                new ExportOptions { Overwrite = true }));
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Text], folder.In("out"), new ExportOptions { Overwrite = true });
        Assert.Equal(["out", "out/conversations", "out/conversations/c-2e7d2c03.txt", "out/fluister-export.json", "photos",
            "photos/me.jpg"], folder.Entries());
    }

    [Fact]
    public void Files_and_folders_are_their_owner_s_alone()
    {
        using var folder = new TemporaryFolder();
        using var archive = Samples.Everything();
        DirectoryExport.Write(archive, new Selection(), All, folder.In("out"), new ExportOptions { Media = true });

        foreach (var entry in folder.Entries())
        {
            var path = folder.In(entry);
            var expected = Directory.Exists(path)
                ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                : UnixFileMode.UserRead | UnixFileMode.UserWrite;
            Assert.Equal((entry, expected), (entry, OperatingSystem.IsWindows() ? expected : File.GetUnixFileMode(path)));
        }
    }

    [Fact]
    public void Hostile_names_stay_within_the_folder()
    {
        string[] names = ["../../x", "CON", "..", "/etc/passwd", new string('é', 300), "\u202Etxt.exe", "a\0b", "C:\\x", "\uD83D\uDE00",
            "\uD800", "same", "same", ""];
        var chats = names.Select(static (n, i) =>
            new Conversation { Id = i % 2 == 0 ? $"../{i}" : $"{i}", Kind = ConversationKind.Group, Name = n }).ToList();
        using var folder = new TemporaryFolder();
        using var archive = new InMemoryArchive
        {
            Chats = chats,
            Messages = [.. chats.Select((c, i) => new Message
            {
                Id = $"../../{i}", RowId = i + 1, ConversationId = c.Id, Body = "x",
                Attachments = [new Attachment { FileName = names[i], ContentType = "text/html", Path = "f", Size = 1 }],
            })],
        };
        archive.Files["f"] = [1];
        DirectoryExport.Write(archive, new Selection(), All, folder.In("out"), new ExportOptions { Media = true });

        Assert.Equal(["out"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.Equal(names.Length, Directory.GetFiles(folder.In("out", "conversations"), "*.md").Length);
        var media = Directory.GetFiles(folder.In("out", "media")).Select(Path.GetFileName).ToList();
        Assert.Equal(names.Length, media.Count);
        Assert.All(media, static m => Assert.Matches(@"^[0-9a-f]{32}-a0-[\p{L}\p{Nd}-]{1,40}\.bin$", m));
        Assert.All(folder.Entries(), static e => Assert.True(Encoding.UTF8.GetByteCount(Path.GetFileName(e)) < 160));
    }

    [Theory]
    [InlineData(ExportFormat.Markdown)]
    [InlineData(ExportFormat.Html)]
    [InlineData(ExportFormat.JsonLines)]
    [InlineData(ExportFormat.Csv)]
    [InlineData(ExportFormat.Text)]
    public void A_body_of_ten_megabytes_and_lone_surrogates_come_out_as_utf8(ExportFormat format)
    {
        var body = string.Concat(Enumerable.Repeat("é\uD83D\uDE00x", 2_500_000)) + "\uD800 \uDC00 end";
        using var archive = new InMemoryArchive { Chats = [Chat], Messages = [Samples.Text(1, "c", body)] };
        using var output = new MemoryStream();
        StreamExport.Write(archive, new Selection(), format, output, new ExportOptions());

        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(output.ToArray());
        Assert.Contains("\uFFFD \uFFFD end", text, StringComparison.Ordinal);
        Assert.Equal(2_500_000, text.Count(static c => c == '\uD83D'));
    }

    [Fact]
    public void Every_line_of_json_lines_is_json_with_the_text_that_went_in()
    {
        var random = new Random(5);
        var bodies = Enumerable.Range(0, 500).Select(_ =>
            string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Character(random)))).ToList();
        using var archive = new InMemoryArchive { Chats = [Chat], Messages = bodies.Select(static (b, i) => Samples.Text(i + 1, "c", b)) };
        using var output = new MemoryStream();
        StreamExport.Write(archive, new Selection(), ExportFormat.JsonLines, output, new ExportOptions());

        var lines = Encoding.UTF8.GetString(output.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(static l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(bodies, lines.Where(static l => l.TryGetProperty("message", out _))
            .Select(static l => l.GetProperty("message").GetProperty("body").GetString()));
        Assert.Equal(1, lines[0].GetProperty("version").GetInt32());
        Assert.Equal(500, lines[^1].GetProperty("end").GetProperty("messages").GetInt32());

        static string Character(Random random) => random.Next(4) switch
        {
            0 => ((char)random.Next(0x20)).ToString(),
            1 => "\"\\/\u007F\u0085\u2028\u202E"[random.Next(7)].ToString(),
            2 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
            _ => ((char)random.Next(0x20, 0xD800)).ToString(),
        };
    }

    [Fact]
    public void Rows_of_csv_have_their_cells_whatever_the_text_and_no_cell_is_a_formula()
    {
        string[] bodies = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "a,\"b\"\r\nc", "\uFF1D1", "plain"];
        var chat = new Conversation { Id = "=c", Kind = ConversationKind.Group, Name = "@name" };
        using var archive = new InMemoryArchive
        {
            Chats = [chat],
            Messages = bodies.Select((b, i) => Samples.Text(i + 1, "=c", b, new Participant("-p", "+name"))),
        };
        using var output = new MemoryStream();
        StreamExport.Write(archive, new Selection(), ExportFormat.Csv, output, new ExportOptions());
        var rows = CsvRows(Encoding.UTF8.GetString(output.ToArray()));

        Assert.Equal(bodies.Length + 1, rows.Count);
        Assert.All(rows, static r => Assert.Equal(20, r.Count));
        Assert.All(rows.SelectMany(static r => r), static c => Assert.DoesNotMatch("^[=+@\t\r\n\uFF1D-]", c));
        Assert.Equal("a,\"b\"\r\nc", rows[8][11]);
        Assert.Equal("'=1+1", rows[1][11]);
    }

    [Fact]
    public void Pages_of_html_are_cut_by_number_and_by_bytes_and_link_to_each_other()
    {
        using var folder = new TemporaryFolder();
        using var archive = new InMemoryArchive { Chats = [Chat], Messages = Enumerable.Range(1, 25).Select(static i => Answer(i)) };
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Html], folder.In("out"), new ExportOptions { PageMessages = 10 });
        var pages = folder.In("out", "conversations", "c-2e7d2c03");

        Assert.Equal(["page-0001.html", "page-0002.html", "page-0003.html"],
            Directory.GetFiles(pages).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var (first, second, third) = (File.ReadAllText(Path.Combine(pages, "page-0001.html")),
            File.ReadAllText(Path.Combine(pages, "page-0002.html")), File.ReadAllText(Path.Combine(pages, "page-0003.html")));
        Assert.Contains("<a rel=\"next\" href=\"page-0002.html\">", first, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"prev\"", first, StringComparison.Ordinal);
        Assert.Contains("<a rel=\"prev\" href=\"page-0001.html\">", second, StringComparison.Ordinal);
        Assert.DoesNotContain("rel=\"next\"", third, StringComparison.Ordinal);
        Assert.Contains("href=\"page-0001.html#m-00000001-0000-4000-8000-000000000000\"", third, StringComparison.Ordinal);
        DirectoryExport.Write(archive, new Selection(), [ExportFormat.Html], folder.In("small"), new ExportOptions { PageBytes = 1 });
        Assert.Equal(25, Directory.GetFiles(folder.In("small", "conversations", "c-2e7d2c03")).Length);

        static Message Answer(int i) => new()
        {
            Id = $"{i:x8}-0000-4000-8000-000000000000",
            RowId = i,
            ConversationId = "c",
            SentAt = new Timestamp(Samples.Noon + (i * 60_000)),
            Body = "x",
            Quote = new Quote(new Timestamp(Samples.Noon + 60_000), null, "x") { MessageId = "00000001-0000-4000-8000-000000000000" },
        };
    }

    [Theory]
    [InlineData(ExportFormat.Markdown)]
    [InlineData(ExportFormat.Html)]
    [InlineData(ExportFormat.JsonLines)]
    public void A_zip_stream_holds_what_the_folder_holds(ExportFormat format)
    {
        using var folder = new TemporaryFolder();
        using var archive = Samples.Everything();
        var options = new ExportOptions { TimeZone = Samples.Amsterdam, Media = true, Zip = true };
        DirectoryExport.Write(archive, new Selection(), [format], folder.In("out"), options);
        using var output = new MemoryStream();
        using (var forward = new ForwardOnly(output))
        {
            StreamExport.Write(archive, new Selection(), format, forward, options);
        }

        using var zip = new ZipArchive(output, ZipArchiveMode.Read);
        var expected = Directory.GetFiles(folder.In("out"), "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder.In("out"), f).Replace('\\', '/')).Where(static f => f != "fluister-export.json")
                .Order(StringComparer.Ordinal);
        Assert.Equal(expected, zip.Entries.Select(static e => e.FullName).Order(StringComparer.Ordinal));
        foreach (var entry in zip.Entries)
        {
            using var stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            Assert.Equal(Encoding.UTF8.GetString(File.ReadAllBytes(folder.In("out", entry.FullName))),
                Encoding.UTF8.GetString(bytes.ToArray()));
        }
    }

    // A reader of RFC 4180 written from its grammar.
    private static List<List<string>> CsvRows(string text)
    {
        var rows = new List<List<string>>();
        var row = new List<string>();
        for (var i = 0; i < text.Length;)
        {
            var cell = new StringBuilder();
            if (text[i] == '"')
            {
                for (i++; text[i] != '"' || (i + 1 < text.Length && text[i + 1] == '"'); i++)
                {
                    i += text[i] == '"' ? 1 : 0;
                    cell.Append(text[i]);
                }

                i++;
            }
            else
            {
                for (; text[i] is not (',' or '\r'); i++)
                {
                    Assert.NotEqual('"', text[i]);
                    cell.Append(text[i]);
                }
            }

            row.Add(cell.ToString());
            if (text[i] == ',')
            {
                i++;
                continue;
            }

            Assert.Equal("\r\n", text.Substring(i, 2));
            i += 2;
            rows.Add(row);
            row = [];
        }

        return rows;
    }

    private sealed class ForwardOnly(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);
    }
}
