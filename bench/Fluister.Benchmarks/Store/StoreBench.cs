using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;

namespace Fluister.Benchmarks.Store;

/// <summary>The client's store with a long history: processor time of each thing that is done with it.</summary>
internal static class StoreBench
{
    private const int Batch = 64;
    private const int RecordBytes = 8000;
    private static readonly ServiceId s_bert = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    public static int Run(string[] args)
    {
        var messages = args is [_, "--messages", var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 100_000;
        using var home = new TemporaryFolder();
        var folder = AccountFolder.Create("bench", home.Path);
        using var key = StoreKey.Create(folder, KeyProtection.KeyFile(Path.Combine(home.Path, "key")));
        var random = new Random(1);
        using (var store = ClientStore.Create(folder.Database, key))
        {
            var talk = store.Conversations.GetOrAdd(s_bert).Id;
            Report("message in a transaction of 64", messages, Measure(() => Fill(store, talk, 0, messages, inbox: false)));
            Report("the same with inbox mark, conversation, 8 KB session", 6_400, Measure(() =>
                Fill(store, talk, messages, 6_400, inbox: true)));
            Report("message and outbox in a transaction of its own", 500, Measure(() => Send(store, talk, messages + 10_000, 500)));
        }

        Report("open", 20, Measure(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                ClientStore.Open(folder.Database, key).Dispose();
            }
        }));
        using (var store = ClientStore.Open(folder.Database, key))
        {
            var talk = store.Conversations.GetOrAdd(s_bert).Id;
            Report("Last 50, first time", 1, Measure(() => store.Messages.Last(talk, 50)));
            Report("Last 50", 200, Measure(() => Times(200, () => store.Messages.Last(talk, 50))));
            Report("Find by author and time", 10_000, Measure(() => Times(10_000, () =>
                _ = store.Messages.Find(s_bert, random.Next(messages)) ?? throw new InvalidOperationException())));
            Report("Find of none", 10_000, Measure(() => Times(10_000, () => store.Messages.Find(s_bert, -random.Next(messages)))));
            Report("Unread 1000", 5, Measure(() => Times(5, () => store.Messages.Unread(talk))));
            Report("Expired, none", 1_000, Measure(() => Times(1_000, () => store.Messages.Expired(DateTimeOffset.UnixEpoch, 100))));
        }

        Console.WriteLine($"file {new FileInfo(folder.Database).Length >> 20} MiB, "
            + $"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
        return 0;
    }

    private static void Fill(ClientStore store, string talk, int from, int count, bool inbox)
    {
        var record = new byte[RecordBytes];
        Random.Shared.NextBytes(record);
        for (var i = from; i < from + count; i += Batch)
        {
            store.Transact(() =>
            {
                for (var j = i; j < Math.Min(i + Batch, from + count); j++)
                {
                    if (inbox)
                    {
                        store.Attempt(() =>
                        {
                            store.Inbox.Take(Guid.NewGuid());
                            store.Messages.Add(Message(talk, j));
                            store.Conversations.Save(store.Conversations.GetOrAdd(s_bert) with { ActiveAt = j });
                            store.Items.SetBytes("bench.session", record);
                            return true;
                        });
                    }
                    else
                    {
                        store.Messages.Add(Message(talk, j));
                    }
                }
            });
        }
    }

    private static void Send(ClientStore store, string talk, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            store.Transact(() =>
            {
                store.Messages.Add(Message(talk, i));
                store.Outbox.Add(new OutgoingContent { Recipient = s_bert, Timestamp = i, Content = new byte[200] });
            });
        }
    }

    private static StoredMessage Message(string talk, int i) => new()
    {
        Id = RowUuid.New(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000 + i)),
        ConversationId = talk,
        Type = "incoming",
        Source = s_bert,
        SourceDevice = 1,
        SentAt = i,
        ReceivedAt = 1_790_000_000_000 + i,
        ServerTimestamp = i,
        Body = "A message of some sixty characters, as people write them.. " + i.ToString(CultureInfo.InvariantCulture),
        IsUnread = i % 50 == 0,
        IsSealed = true,
        Json = new JsonObject { ["decrypted_at"] = 1_790_000_000_000 + i, ["serverGuid"] = "00000000-0000-4000-8000-000000000000" },
    };

    private static void Times(int count, Action work)
    {
        for (var i = 0; i < count; i++)
        {
            work();
        }
    }

    private static (TimeSpan Cpu, TimeSpan Wall) Measure(Action work)
    {
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        work();
        process.Refresh();
        return (process.TotalProcessorTime - cpu, Stopwatch.GetElapsedTime(start));
    }

    private static void Report(string what, int count, (TimeSpan Cpu, TimeSpan Wall) took) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what,-55} {took.Cpu.TotalMicroseconds / count,10:F1} us CPU {took.Wall.TotalMicroseconds / count,10:F1} us wall each"));
}
