using System.Globalization;
using System.Text.Json.Nodes;
using Fluister.Archive.Accounts;
using Fluister.Benchmarks.Server;
using Fluister.Client;
using Fluister.Client.Accounts;
using Fluister.Client.Store;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;
using Fluister.Server;

namespace Fluister.Benchmarks.Client;

/// <summary>A home server as a process, and two accounts there that have written to each other for years.</summary>
internal sealed class ClientScene : IAsyncDisposable
{
    private const int RowsPerCommit = 2000;

    private readonly TemporaryFolder _folder = new();
    private ServerProcess? _server;

    /// <summary>The home folder of both accounts.</summary>
    public string Home => Path.Combine(_folder.Path, "home");

    /// <summary>Where an account lies.</summary>
    public AccountFolder Folder(string name) => AccountFolder.Find(name, Home);

    /// <summary>The accounts' ids by their names.</summary>
    public Dictionary<string, ServiceId> Ids { get; } = [];

    /// <summary>Sets everything up.</summary>
    /// <param name="messages">Messages in the one conversation of both histories.</param>
    public static async Task<ClientScene> CreateAsync(int messages)
    {
        var scene = new ClientScene();
        var program = HomeServerSubject.Program;
        var data = Path.Combine(scene._folder.Path, "server");
        Child.Run(program, ["quickstart", "localhost", "--data", data]);
        Unlimit(Path.Combine(data, "server.json"));
        (scene._server, var port) = await ServerProcess.StartAsync(program, "serve", "--data", data, "--port", "0");
        var printed = Child.Run(program, ["invite", "create", "--data", data, "--uses", "2"]).Output;
        var invite = new UriBuilder(printed.Split('\n').Single(line => line.StartsWith("Link ", StringComparison.Ordinal))[5..].Trim())
        {
            Port = port,
        }.Uri.ToString();
        foreach (var name in (string[])["anna", "ben"])
        {
            var folder = AccountFolder.Create(name, scene.Home);
            using var key = StoreKey.Create(folder, KeyProtection.KeyFile(Path.Combine(scene.Home, $"{name}.key")));
            await using var client = await AccountClient.RegisterAsync(
                folder.Path, key, new RegisterRequest { Invite = invite, Name = new ProfileName(name) });
            client.Connect(receive: true);
            await client.SettledAsync(CancellationToken.None);
            scene.Ids[name] = client.Self.Aci;
        }

        Fill(scene.Folder("anna"), scene.Ids["anna"], scene.Ids["ben"], messages);
        Fill(scene.Folder("ben"), scene.Ids["ben"], scene.Ids["anna"], messages);
        return scene;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _folder.Dispose();
    }

    // How fast messages may come is no matter here.
    private static void Unlimit(string path)
    {
        var lines = File.ReadAllLines(path);
        foreach (var rate in (string[])["messagesPerPair", "sealedMessagesPerPair", "messagesPerAddress"])
        {
            var at = Array.FindIndex(lines, line => line.StartsWith($"  \"{rate}\":", StringComparison.Ordinal));
            lines[at] = $"  \"{rate}\": {ServerLimits.MostMessagesPerMinute},";
        }

        File.WriteAllLines(path, lines);
    }

    private static void Fill(AccountFolder folder, ServiceId self, ServiceId other, int messages)
    {
        using var key = StoreKey.Open(folder);
        using var store = ClientStore.Open(folder.Database, key);
        var start = DateTimeOffset.UtcNow.AddDays(-1000).ToUnixTimeMilliseconds();
        var conversation = store.Transact(() => store.Conversations.GetOrAdd(other));
        for (var first = 0; first < messages; first += RowsPerCommit)
        {
            var from = first;
            store.Transact(() =>
            {
                for (var i = from; i < Math.Min(from + RowsPerCommit, messages); i++)
                {
                    var sent = start + (i * 800L);
                    var isOwn = i % 2 == (self.Uuid.CompareTo(other.Uuid) < 0 ? 0 : 1);
                    store.Messages.Add(new StoredMessage
                    {
                        Id = Guid.CreateVersion7().ToString(),
                        ConversationId = conversation.Id,
                        Type = isOwn ? "outgoing" : "incoming",
                        Source = isOwn ? self : other,
                        SourceDevice = 1,
                        SentAt = sent,
                        ReceivedAt = sent + 40,
                        ServerTimestamp = sent + 20,
                        Body = string.Create(CultureInfo.InvariantCulture,
                            $"Message {i} of a long friendship, about as long as people write."),
                        Json = new JsonObject { ["schemaVersion"] = 14 },
                    });
                }
            });
        }

        store.Transact(() => store.Conversations.Save(store.Conversations.Find(other)! with { ActiveAt = start + (messages * 800L) }));
    }
}
