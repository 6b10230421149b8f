using Fluister.Server.Mailboxes;
using Fluister.Wire.Protos;

namespace Fluister.ServerTests.Sockets;

/// <summary>A server that listens, and one account, whose devices others write numbered letters to.</summary>
internal sealed class SocketScene : IAsyncDisposable
{
    private HttpClient _http = null!;

    private SocketScene(TestAccount account, TestServer server) => (Account, Server) = (account, server);

    /// <summary>The server.</summary>
    public TestServer Server { get; }

    /// <summary>Who is written to.</summary>
    public TestAccount Account { get; }

    /// <summary>A client that trusts the server.</summary>
    public HttpClient Http => _http;

    // What is lost does not come, however long one waits.
    private static TimeSpan Patience => TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Begins.</summary>
    public static async Task<SocketScene> StartAsync(int devices = 1, string database = ":memory:", string? blobs = null)
    {
        var server = new TestServer(blobs, database: database);
        var scene = new SocketScene(await server.AddAccountAsync(devices), server) { _http = await server.ListenAsync() };
        return scene;
    }

    /// <summary>The number that a letter was sent with.</summary>
    public static int Number(SocketRequest request) => BitConverter.ToInt32(Letter(request).Content.Span);

    /// <summary>The envelope of a letter.</summary>
    public static Envelope Letter(SocketRequest request)
    {
        Assert.Equal(("PUT", "/api/v1/message"), (request.Verb, request.Path));
        return Envelope.Parser.ParseFrom(request.Body);
    }

    /// <summary>Asserts that a request is the end of what waited.</summary>
    public static void AssertEmpty(SocketRequest request) =>
        Assert.Equal(("PUT", "/api/v1/queue/empty", 0), (request.Verb, request.Path, request.Body.Length));

    /// <summary>Reads letters, answering each, and gives their numbers.</summary>
    public static async Task<List<int>> TakeAsync(SocketClient client, int count, uint status = 200)
    {
        var numbers = new List<int>();
        while (numbers.Count < count)
        {
            var request = await client.Incoming.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);
            numbers.Add(Number(request));
            await client.AnswerAsync(request, Cancellation, status);
        }

        return numbers;
    }

    /// <summary>Asserts that a connection is served, and that nothing was delivered on it until then. It cannot be wrong where nothing
    /// comes; what would come may be late.</summary>
    public static async Task AssertSilentAsync(SocketClient client)
    {
        // Some times: an answer may overtake a letter that is being read.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200U, (await client.AskAsync("GET", "/v1/keepalive", null, Cancellation)).Status);
        }

        Assert.False(client.Incoming.TryRead(out var request), request?.Path);
    }

    /// <summary>Connects as a device; with another account's where one is given.</summary>
    public Task<SocketClient> ConnectAsync(int device = 1, TestAccount? account = null, Version? version = null, bool stories = false) =>
        SocketClient.ConnectAsync(
            _http, Server.Port, (account ?? Account).Authorization(device), Cancellation, version, stories: stories);

    /// <summary>Connects as a device that waits to be linked.</summary>
    public Task<SocketClient> WaitForLinkAsync() =>
        SocketClient.ConnectAsync(_http, Server.Port, null, Cancellation, path: "/v1/websocket/provisioning/");

    /// <summary>Sends a letter with a number to all devices: sealed, or by a sender who says so.</summary>
    public async Task SendAsync(int number, bool online = false, bool story = false, TestAccount? sender = null) =>
        Assert.Equal(200, await TrySendAsync(number, online, story, sender));

    /// <summary>Tries to send one, and gives the status.</summary>
    public async Task<int> TrySendAsync(int number, bool online = false, bool story = false, TestAccount? sender = null)
    {
        var parts = Account.Account.Devices.Select(device => new
        {
            type = sender is null ? 6 : 1,
            destinationDeviceId = device.Id,
            destinationRegistrationId = device.RegistrationId,
            content = Convert.ToBase64String(BitConverter.GetBytes(number)),
        });
        return (await Server.AskAsync(
            "PUT",
            $"/v1/messages/{Account.Account.Aci}?story={story}",
            sender?.Caller,
            Json.Body(new { timestamp = 1000 + number, online, messages = parts }),
            headers: [("Unidentified-Access-Key", Convert.ToBase64String(TestAccount.AccessKey))])).Status;
    }

    /// <summary>Sends letters one after the other.</summary>
    public async Task SendAsync(IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            await SendAsync(number);
        }
    }

    /// <summary>How many letters a device's mailbox holds.</summary>
    public int Waiting(int device = 1)
    {
        var mailbox = new MailboxKey(Account.Account.Aci, device);
        var (count, last) = (0, 0L);
        while (Server.Home.Mailboxes.Read(mailbox, last) is { Count: > 0 } letters)
        {
            (count, last) = (count + letters.Count, letters[^1].Sequence);
        }

        return count;
    }

    /// <summary>Waits until a mailbox holds so many letters, however long that takes; an acknowledgement has no answer to wait
    /// for.</summary>
    public async Task WaitForAsync(int waiting, int device = 1)
    {
        while (Waiting(device) != waiting)
        {
            await Task.Delay(1, Cancellation);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
