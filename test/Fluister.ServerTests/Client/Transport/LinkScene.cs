using System.Text;
using Fluister.Client;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.ServerTests.Sockets;

namespace Fluister.ServerTests.Client.Transport;

/// <summary>A server that listens, an account with numbered letters, and the client's connections to it.</summary>
internal sealed class LinkScene : IAsyncDisposable
{
    private readonly List<HomeServerLink> _links = [];
    private readonly Secret _password = new(Encoding.UTF8.GetBytes(TestAccount.Password));

    private LinkScene(SocketScene scene) => Sockets = scene;

    /// <summary>The account, and those who write to it.</summary>
    public SocketScene Sockets { get; }

    /// <summary>The server.</summary>
    public TestServer Server => Sockets.Server;

    /// <summary>What comes at all comes within this.</summary>
    public static TimeSpan Patience => TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Begins.</summary>
    public static async Task<LinkScene> StartAsync(int devices = 1, string? blobs = null) =>
        new(await SocketScene.StartAsync(devices, blobs: blobs));

    /// <summary>The server as the client knows it.</summary>
    public HomeServerDescriptor Described => HomeServerDescriptor.Read(Server.Describe(), Server.Key);

    /// <summary>A link, not started yet; of the account's device, or of nobody.</summary>
    public HomeServerLink Link(HomeServerDescriptor? server = null, TimeProvider? clock = null, int? device = 1)
    {
        var identity = device is { } one ? new LinkIdentity(Sockets.Account.Id, one, _password) : null;
        var link = new HomeServerLink(server ?? Described, identity, clock ?? TimeProvider.System, RandomSource.System);
        _links.Add(link);
        return link;
    }

    /// <summary>The next delivery.</summary>
    public static async Task<Delivery> NextAsync(HomeServerLink link) =>
        await link.Deliveries.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);

    /// <summary>The next letter; its number, and it is acknowledged.</summary>
    public static async Task<int> TakeAsync(HomeServerLink link)
    {
        var letter = Assert.IsType<EnvelopeDelivery>(await NextAsync(link));
        letter.Acknowledge();
        return BitConverter.ToInt32(letter.Envelope.Content.Span);
    }

    /// <summary>A request that any server answers.</summary>
    public static ServiceRequest KeepAlive(bool isAnonymous = false) => new("GET", "/v1/keepalive") { IsAnonymous = isAnonymous };

    /// <summary>Asks, and waits as long as an answer can take.</summary>
    public static Task<ServiceResponse> AskAsync(HomeServerLink link, ServiceRequest request) =>
        link.AskAsync(request, Cancellation).WaitAsync(Patience, Cancellation);

    /// <summary>What a link is told, in order.</summary>
    public static System.Threading.Channels.ChannelReader<ConnectionChanged> Watch(HomeServerLink link)
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<ConnectionChanged>();
        link.WhenChanged(change => told.Writer.TryWrite(change));
        return told.Reader;
    }

    /// <summary>The next that was told.</summary>
    public static async Task<ConnectionChanged> NextAsync(System.Threading.Channels.ChannelReader<ConnectionChanged> told) =>
        await told.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation);

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links)
        {
            await link.DisposeAsync();
        }

        await Sockets.DisposeAsync();
        _password.Dispose();
    }
}
