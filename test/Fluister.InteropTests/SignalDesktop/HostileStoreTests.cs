using System.Globalization;
using System.Text;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.InteropTests.Official;
using Fluister.Tests.SignalDesktop;

namespace Fluister.InteropTests.SignalDesktop;

/// <summary>Stores with the right key and wrong contents, written by the official package: messages or a named error.</summary>
public sealed class HostileStoreTests
{
    private const int RowsAtMost = 600;

    private static readonly int[] Generations = [1830, 19, 88, 1360, 23, 1270];

    private static readonly (string Table, string[] Columns)[] Tables =
    [
        ("messages",
        [
            "json", "json", "json", "json", "body", "type", "id", "conversationId", "sent_at", "received_at", "sourceServiceId",
            "source", "expireTimer", "isErased", "isViewOnce", "readStatus", "storyId", "timestamp", "received_at_ms",
        ]),
        ("conversations",
            ["json", "json", "id", "type", "name", "profileFullName", "e164", "serviceId", "groupId", "members", "active_at"]),
        ("items", ["json", "id"]),
        ("message_attachments",
            ["messageId", "attachmentType", "editHistoryIndex", "orderInMessage", "path", "localKey", "size", "version", "width"]),
        ("callsHistory", ["mode", "type", "direction", "status", "timestamp", "ringerId"]),
        ("edited_messages", ["messageId"]),
        ("pinnedMessages", ["messageId"]),
    ];

    [Fact]
    public void Hostile_values_give_messages_or_a_named_error()
    {
        var rounds = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_FUZZ_ROUNDS") ?? "600", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("FLUISTER_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        var messages = 0;
        for (var round = 0; round < (rounds + 199) / 200; round++)
        {
            var random = new Random(seed + round);
            using var profile = OfficialPackage.MakeProfile(Generations[round % Generations.Length], "--messages", "200", "--no-expected");
            var said = OfficialPackage.Run("overwrite.mjs", ["--profile", profile.Path, "--key", profile.Key], input: Changes(random));
            Assert.Contains("\"written\"", said, StringComparison.Ordinal);
            try
            {
                messages += ReadAll(profile.Path);
            }
            catch (Exception e) when (e is not (ArchiveException or Xunit.Sdk.IAssertionException))
            {
                Assert.Fail($"Seed {seed + round}: {e}");
            }
        }

        Assert.NotEqual(0, messages);
    }

    private static int ReadAll(string folder)
    {
        using var archive = SignalDesktopArchive.Open(folder, new SignalDesktopOptions());
        Assert.Equal(archive.Conversations.Count, archive.Conversations.Select(conversation => conversation.Id).Distinct().Count());
        Assert.All(archive.Conversations, conversation => Assert.NotEmpty(conversation.Name));
        var everything = new Selection { IncludeDisappearing = true, IncludeViewOnce = true };
        var stored = archive.Read(everything, MessageOrder.Stored).ToList();
        foreach (var message in stored)
        {
            foreach (var range in message.Ranges)
            {
                Assert.InRange(range.Start + (long)range.Length, range.Start + 1L, message.Body!.Length);
            }
        }

        var rowIds = stored.Select(message => message.RowId).Order().ToList();
        Assert.Equal(rowIds, archive.Read(everything, MessageOrder.StoredByTime).Select(message => message.RowId).Order());
        Assert.Equal(rowIds.Count, archive.CountMessages().Values.Sum());
        _ = archive.Read(everything, MessageOrder.ByConversation).Count();
        foreach (var message in stored.Take(5))
        {
            _ = archive.ReadAround(message, 2, 2, everything);
        }

        return stored.Count;
    }

    private static string Changes(Random random)
    {
        var changes = new StringBuilder();
        for (var i = 0; i < RowsAtMost; i++)
        {
            var (table, columns) = Tables[random.Next(3) == 0 ? random.Next(Tables.Length) : 0];
            var column = columns[random.Next(columns.Length)];
            var rowId = random.Next(1, table == "messages" ? 400 : 30);
            changes.Append(
                CultureInfo.InvariantCulture,
                $$"""{"table":"{{table}}","column":"{{column}}","rowid":{{rowId}},{{Value(random, column)}}}""").Append('\n');
        }

        return changes.ToString();
    }

    private static string Value(Random random, string column)
    {
        byte[][] texts =
        [
            [], [0], [0xFF], [0xFE, 0xFF], [0xED, 0xA0, 0xBD], [.. "a"u8], [.. "incoming"u8], [.. "group"u8], [.. "../../x"u8],
            [.. "0.30000000000000004"u8], new byte[1_000_000],
        ];
        string[] numbers = ["0", "-1", "1", "9223372036854775807", "-9223372036854775808", "9e999", "-9e999", "0.30000000000000004", "1.5"];
        var bytes = column == "json" ? new HostileJson(random).Record() : texts[random.Next(texts.Length - (random.Next(20) == 0 ? 0 : 1))];
        return random.Next(column == "json" ? 12 : 5) switch
        {
            0 => "\"kind\":\"null\"",
            1 => $"\"kind\":\"real\",\"number\":\"{numbers[random.Next(numbers.Length)]}\"",
            2 => $"\"kind\":\"blob\",\"hex\":\"{Convert.ToHexString(bytes)}\"",
            _ => $"\"kind\":\"text\",\"hex\":\"{Convert.ToHexString(bytes)}\"",
        };
    }
}
