using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;

namespace Fluister.Tests.Exports;

public sealed class GoldenExportTests
{
    private static readonly ExportOptions Options = new() { TimeZone = Samples.Amsterdam };

    [Theory]
    [InlineData(ExportFormat.Markdown, "everything.md")]
    [InlineData(ExportFormat.Html, "everything.html")]
    [InlineData(ExportFormat.JsonLines, "everything.jsonl")]
    [InlineData(ExportFormat.Csv, "everything.csv")]
    [InlineData(ExportFormat.Text, "everything.txt")]
    public void A_conversation_that_has_everything_is_written_as_agreed(ExportFormat format, string name)
    {
        using var archive = Samples.Everything();
        using var output = new MemoryStream();
        var report = StreamExport.Write(archive, new Selection(), format, output, Options);

        Assert.Equal(output.Length, report.Bytes);
        Golden(name, output.ToArray());
    }

    [Fact]
    public void A_folder_holds_every_format_its_media_and_lists()
    {
        using var archive = Samples.Everything();
        using var folder = new TemporaryFolder();
        ExportFormat[] all = [ExportFormat.Markdown, ExportFormat.Html, ExportFormat.JsonLines, ExportFormat.Csv, ExportFormat.Text];
        var report = DirectoryExport.Write(archive, new Selection(), all, folder.In("out"), Options with { Media = true });

        Assert.Equal(1, archive.Reads);
        Golden("folder.txt", Encoding.UTF8.GetBytes(string.Join('\n', folder.Entries()) + "\n"));
        var group = Directory.GetFiles(folder.In("out", "conversations"), "boat-*.md").Single();
        Golden("folder-group.md", File.ReadAllBytes(group));
        Golden("folder.jsonl", File.ReadAllBytes(folder.In("out", "messages.jsonl")));
        Golden("index.md", File.ReadAllBytes(folder.In("out", "index.md")));
        Golden("index.html", File.ReadAllBytes(folder.In("out", "index.html")));
        Assert.Equal(
            (11, 3, 1, 1, 1, 4),
            (report.Messages, report.Conversations, report.OmittedDisappearing, report.OmittedViewOnce, report.DamagedMedia,
                report.MissingMedia));
        Assert.Equal(Samples.Picture, File.ReadAllBytes(Directory.GetFiles(folder.In("out", "media"), "*-a0-boat.png").Single()));
    }

    internal static void Golden(string name, byte[] actual)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Exports", "golden");
        var path = Path.Combine(folder, name);
        var expected = File.Exists(path) ? File.ReadAllBytes(path) : [];
        if (!expected.AsSpan().SequenceEqual(actual))
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(path + ".actual", actual);
        }

        Assert.Equal(Encoding.UTF8.GetString(expected), Encoding.UTF8.GetString(actual));
    }
}
