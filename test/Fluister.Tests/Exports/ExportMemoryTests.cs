using Fluister.Archive.Conversations;
using Fluister.Archive.Exports;

namespace Fluister.Tests.Exports;

/// <summary>Measures the heap of the whole process, and so runs when nothing else does.</summary>
[CollectionDefinition(nameof(ExportMemoryTests), DisableParallelization = true)]
[Collection(nameof(ExportMemoryTests))]
public sealed class ExportMemoryTests
{
    private static readonly Conversation Chat = new() { Id = "c", Kind = ConversationKind.Direct, Name = "Anna" };

    [Fact]
    public void Memory_does_not_grow_with_the_number_of_messages()
    {
        using var folder = new TemporaryFolder();
        var small = Held(50_000, folder.In("small"));
        var large = Held(1_000_000, folder.In("large"));

        Assert.InRange(large, 0, small + (8 * 1024 * 1024));

        static long Held(int count, string folder)
        {
            var held = 0L;
            using var archive = new InMemoryArchive { Chats = [Chat], Messages = Make(count) };
            DirectoryExport.Write(archive, new Selection(), [ExportFormat.Markdown, ExportFormat.JsonLines], folder, new ExportOptions());
            Directory.Delete(folder, recursive: true);
            return held;

            IEnumerable<Message> Make(int count)
            {
                for (var i = 1; i <= count; i++)
                {
                    if (i == count)
                    {
                        held = GC.GetTotalMemory(forceFullCollection: true);
                    }

                    yield return Samples.Text(i, "c", "some text that is the same in all of them");
                }
            }
        }
    }
}
