using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Client;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;

namespace Fluister.InteropTests.Client.Store;

/// <summary>A process that writes into an account's store for ever, and says what is on the disk: "committed N".</summary>
/// <remarks>Every transaction adds messages, changes and removes others, and counts them in a setting: the count and the messages agree at
/// every moment that a reader can see.</remarks>
internal static class StoreScribe
{
    public const string Canary = "CANARYscribe6402";
    public const string Conversation = "c0000000-0000-4000-8000-000000000001";
    public const string Steps = "test.steps";
    public const string Messages = "test.messages";

    public static readonly ServiceId Author = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    public static void Write(string folder)
    {
        var account = AccountFolder.At(folder);
        using var key = StoreKey.Open(account);
        using var store = ClientStore.Open(account.Database, key);
        var random = new Random((int)(store.Items.Number(Steps) ?? 0));
        Console.WriteLine("ready");
        try
        {
            while (true)
            {
                var step = store.Transact(() => Step(store, random));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"committed {step}"));
                if (step % 7 == 0)
                {
                    store.Checkpoint();
                }
            }
        }
        catch (ClientException full)
        {
            Console.WriteLine($"failed {full.Error}: {full.Message}");
        }
    }

    private static long Step(ClientStore store, Random random)
    {
        var step = (store.Items.Number(Steps) ?? 0) + 1;
        var count = store.Items.Number(Messages) ?? 0;
        for (var i = random.Next(1, 8); i > 0; i--, count++)
        {
            store.Messages.Add(Message((step * 100) + i, random.Next(20) == 0 ? 60_000 : random.Next(600)));
        }

        foreach (var message in store.Messages.Last(Conversation, 3))
        {
            store.Messages.Update(message with { Body = $"{Canary} changed in {step}", IsUnread = false });
        }

        if (random.Next(3) == 0)
        {
            store.Messages.Remove(store.Messages.Last(Conversation, 1)[0].Id);
            count--;
        }

        store.Items.SetNumber(Steps, step);
        store.Items.SetNumber(Messages, count);
        return step;
    }

    private static StoredMessage Message(long sentAt, int length) => new()
    {
        Id = RowUuid.New(DateTimeOffset.FromUnixTimeMilliseconds(sentAt)),
        ConversationId = Conversation,
        Type = "incoming",
        Source = Author,
        SourceDevice = 1,
        SentAt = sentAt,
        ReceivedAt = sentAt,
        Body = string.Concat(Enumerable.Repeat(Canary + " ", (length / Canary.Length) + 1)),
        IsUnread = true,
        Json = new JsonObject
        {
            ["reactions"] = new JsonArray(new JsonObject { ["emoji"] = "👍", ["fromId"] = Conversation, ["timestamp"] = sentAt }),
            ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "text/plain", ["size"] = 1, ["fileName"] = Canary }),
        },
    };
}
