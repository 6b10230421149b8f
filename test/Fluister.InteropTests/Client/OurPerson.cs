using System.Security.Cryptography;
using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Client;
using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Cryptography;
using Fluister.InteropTests.Server;
using Fluister.Protocol.Addresses;
using Fluister.SqlCipher;
using Fluister.Wire.Protos;
using Message = Fluister.Archive.Conversations.Message;

namespace Fluister.InteropTests.Client;

/// <summary>A person with our client, in this process, with a folder of its own.</summary>
internal sealed class OurPerson : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Secret _key;
    private readonly List<ClientEvent> _waiting = [];

    private OurPerson(string folder, Secret key, AccountClient client) => (_folder, _key, Client) = (folder, key, client);

    /// <summary>What comes at all comes within this.</summary>
    public static TimeSpan Patience => TimeSpan.FromSeconds(40);

    /// <summary>The client.</summary>
    public AccountClient Client { get; private set; }

    /// <summary>The account's id.</summary>
    public ServiceId Id => Client.Self.Aci;

    /// <summary>The same as text.</summary>
    public string Aci => Id.ToString();

    /// <summary>The account's folder.</summary>
    public string Folder => _folder;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Registers somebody with a fresh invite, and connects.</summary>
    public static async Task<OurPerson> RegisterAsync(ServerProcess server, string? number = null)
    {
        var (folder, key) = Make();
        var request = new RegisterRequest { Invite = server.InviteLink(), Number = number };
        var client = await AccountClient.RegisterAsync(folder, key, request, null, Cancellation);
        return await BeginAsync(new OurPerson(folder, key, client));
    }

    /// <summary>A new device; <paramref name="show"/> is given the code, and must have a primary read it.</summary>
    public static async Task<OurPerson> LinkAsync(ServerProcess server, Func<string, Task> show, string name = "Ours")
    {
        var (folder, key) = Make();
        var request = new LinkRequest { Server = server.InviteLink(), DeviceName = name };
        var client = await AccountClient.LinkAsync(folder, key, request, show, null, Cancellation).WaitAsync(Patience, Cancellation);
        return await BeginAsync(new OurPerson(folder, key, client));
    }

    /// <summary>Waits for an event of a kind, of which something may have to hold; what else comes is kept for later.</summary>
    public async Task<T> ExpectAsync<T>(Func<T, bool>? fits = null)
        where T : ClientEvent
    {
        bool Fits(ClientEvent e) => e is T wanted && (fits is null || fits(wanted));
        if (_waiting.FindIndex(Fits) is var at and >= 0)
        {
            var found = (T)_waiting[at];
            _waiting.RemoveAt(at);
            return found;
        }

        while (true)
        {
            var next = await NextAsync<T>();
            if (Fits(next))
            {
                return (T)next;
            }

            _waiting.Add(next);
        }
    }

    /// <summary>Waits for content of somebody, of which something may have to hold.</summary>
    public Task<ContentReceived> HearAsync(string sender, Func<Content, bool>? fits = null) =>
        ExpectAsync<ContentReceived>(heard => heard.Sender.ToString() == sender && (fits is null || fits(heard.Content)));

    /// <summary>Waits for a message (DataMessage) of somebody.</summary>
    public Task<ContentReceived> HearMessageAsync(string sender) => HearAsync(sender, content => content.DataMessage is not null);

    /// <summary>What has happened and nobody asked for yet.</summary>
    public IReadOnlyList<ClientEvent> Waiting => _waiting;

    /// <summary>Sends something, waits until it is at the server, and gives its timestamp.</summary>
    public async Task<long> SayAsync(string to, Draft draft)
    {
        Assert.True(ServiceId.TryParse(to, out var recipient));
        var (timestamp, _) = await Client.SendAsync(recipient, draft, Cancellation);
        await SentAsync();
        return timestamp;
    }

    /// <summary>The same for a text.</summary>
    public Task<long> SayAsync(string to, string text) => SayAsync(to, new Draft { Text = text });

    /// <summary>Waits until all that was to be sent is at the server.</summary>
    public Task SentAsync() => Client.SentAsync(Cancellation).WaitAsync(Patience, Cancellation);

    /// <summary>Everything that stands in the conversation with a person, by our own archive over Signal Desktop's tables.</summary>
    public IReadOnlyList<Message> History(string with)
    {
        using var archive = OpenArchive();
        var conversation = archive.Conversations.Single(c => c.ServiceId == with || (with == Aci && c.Kind == ConversationKind.NoteToSelf));
        var selection = new Selection
        {
            Conversations = new HashSet<string> { conversation.Id },
            IncludeDisappearing = true,
            IncludeViewOnce = true,
        };
        return [.. archive.Read(selection, MessageOrder.ByConversation)];
    }

    /// <summary>The messages that persons wrote to each other in a conversation: no events.</summary>
    public IReadOnlyList<Message> Messages(string with) => [.. History(with).Where(message => message.Kind == MessageKind.Text)];

    /// <summary>The last of these, of which something may have to hold.</summary>
    public Message LastMessage(string with, Func<Message, bool>? fits = null) => Messages(with).Last(m => fits is null || fits(m));

    /// <summary>Waits until a file of a message was fetched.</summary>
    public async Task FetchedAsync(string messageId, int index = 0)
    {
        var fetched = await ExpectAsync<AttachmentFetched>(told => told.MessageId == messageId && told.Index == index);
        Assert.Null(fetched.Cause);
    }

    /// <summary>How far a message of ours has come with a person, in Signal Desktop's words: "Sent", "Delivered", "Read",
    /// "Viewed".</summary>
    public string? SendState(string with, long timestamp)
    {
        using var database = CipherDatabase.Open(Path.Combine(_folder, "sql", "db.sqlite"), _key);
        using var statement = database.Prepare("""
            SELECT json_extract(m.json, '$.sendStateByConversationId.' || '"' || c.id || '"' || '.status')
            FROM messages m, conversations c WHERE m.sent_at = ?1 AND m.type = 'outgoing' AND c.serviceId = ?2
            """);
        statement.Bind(1, timestamp);
        statement.Bind(2, with);
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>How many one-time keys the server has for this device.</summary>
    public async Task<(int Count, int PqCount)> KeyCountsAsync()
    {
        var counts = await Client.Context.Api.CountKeysAsync(ServiceIdKind.Aci, Cancellation);
        return (counts.Count, counts.PqCount);
    }

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        late.CancelAfter(Patience);
        while (!await holds())
        {
            await Task.Delay(50, late.Token);
        }
    }

    /// <summary>The archive over the store.</summary>
    public SignalDesktopArchive OpenArchive() =>
        SignalDesktopArchive.Open(_folder, new SignalDesktopOptions { Keys = new KeyOptions { Key = _key } });

    /// <summary>Closes the client and opens it again, as after the end of the process.</summary>
    public async Task ReopenAsync()
    {
        await Client.DisposeAsync();
        Client = AccountClient.Open(_folder, _key);
        await BeginAsync(this);
    }

    private static (string Folder, Secret Key) Make() =>
        (Directory.CreateTempSubdirectory("fluister-account-").FullName, new Secret(RandomNumberGenerator.GetBytes(32)));

    private static async Task<OurPerson> BeginAsync(OurPerson person)
    {
        person.Client.Connect(receive: true);
        await person.Client.QueueEmptyAsync(Cancellation).WaitAsync(Patience, Cancellation);
        return person;
    }

    private async Task<ClientEvent> NextAsync<T>()
    {
        try
        {
            return await Client.Events.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"No {typeof(T).Name} came, but {string.Join(", ", _waiting.Select(e => e.ToString()))}.", late);
        }
    }

    /// <summary>Ends the client and deletes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
