using Fluister.Server.Federation;

namespace Fluister.ServerTests.Federation;

/// <summary>Two servers that listen, with attachments and avatars; one fetches of the other over TLS, unless a test answers in its place.
/// </summary>
internal sealed class BlobScene : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private BlobScene(int megabytes)
    {
        Here = Make("here", peer => new Between(this, PeerTransport.To(peer, onlyPublic: false)), megabytes);
        There = Make("there", peer => PeerTransport.To(peer, onlyPublic: false), megabytes);
    }

    /// <summary>Whose clients ask.</summary>
    public TestServer Here { get; }

    /// <summary>Whose attachments they are.</summary>
    public TestServer There { get; }

    /// <summary>A client of the first.</summary>
    public HttpClient Client { get; private set; } = new();

    /// <summary>What was asked of the other.</summary>
    public List<HttpRequestMessage> Asked { get; } = [];

    /// <summary>What is answered instead of what the other answers.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage>? Lie { get; set; }

    /// <summary>The folder of the cache.</summary>
    public string Cache => _folder["here-cache"];

    /// <summary>The clock of both.</summary>
    public TestClock Clock { get; } = new();

    /// <summary>Begins.</summary>
    public static async Task<BlobScene> StartAsync(int megabytes = 64)
    {
        var scene = new BlobScene(megabytes);
        scene.Client = await scene.Here.ListenAsync();
        await scene.There.ListenAsync();
        await IntroduceAsync(scene.Here, scene.There, "there.example");
        await IntroduceAsync(scene.There, scene.Here, "here.example");
        return scene;
    }

    /// <summary>Uploads an attachment of the other's; its key.</summary>
    public static async Task<string> UploadAsync(TestServer server, byte[] bytes)
    {
        var account = await server.AddAccountAsync();
        var form = server.Home.UploadForms.Create(account.Account.Aci, bytes.Length);
        var attachments = server.Home.Attachments!;
        await attachments.BeginAsync(form.Key, account.Account.Aci, bytes.Length);
        await using var stream = attachments.Continue(form.Key);
        await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        Assert.True(await attachments.CompleteAsync(form.Key, stream));
        return form.Key;
    }

    /// <summary>Asks as a client of the first.</summary>
    public async Task<HttpResponseMessage> AskAsync(string path, string? range = null, HttpMethod? verb = null)
    {
        using var request = new HttpRequestMessage(verb ?? HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Range", range);
        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>Which files the cache has, with those that are on their way.</summary>
    public IReadOnlyList<string> Kept() =>
        Directory.Exists(Cache) ? Directory.GetFiles(Cache, "*", SearchOption.AllDirectories) : [];

    /// <summary>Ends both.</summary>
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Here.DisposeAsync();
        await There.DisposeAsync();
        _folder.Dispose();
    }

    private static Task IntroduceAsync(TestServer to, TestServer server, string domain) =>
        to.Home.Relay.Peers.AddAsync(server.Key, domain, server.Describe(), PeerState.Allow, to.Clock.GetUtcNow());

    private TestServer Make(string name, Func<Peer, HttpMessageHandler> connect, int megabytes) => new(
        _folder[name + "-blobs"],
        TestServer.Roomy with { BlobCacheMegabytes = megabytes },
        _folder[name + "-avatars"],
        connect: connect,
        clock: Clock,
        blobCache: _folder[name + "-cache"]);

    private sealed class Between(BlobScene scene, HttpMessageHandler real) : DelegatingHandler(real)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            lock (scene.Asked)
            {
                scene.Asked.Add(request);
            }

            return scene.Lie is { } lie ? Task.FromResult(lie(request)) : base.SendAsync(request, cancellationToken);
        }
    }
}
