using Fluister.Client;
using Fluister.Client.Accounts;
using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Profiles;
using Fluister.Server.Invites;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests.Client.Accounts;

/// <summary>A server that listens, and people who come to it without an account.</summary>
internal sealed class AccountScene : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly List<IAsyncDisposable> _links = [];

    private AccountScene(TestServer server, TemporaryFolder folder) => (Server, _folder) = (server, folder);

    /// <summary>The server.</summary>
    public TestServer Server { get; }

    /// <summary>The store's key, of all stores.</summary>
    public Secret Key { get; } = new(new byte[32]);

    /// <summary>The server as clients know it.</summary>
    public HomeServerDescriptor Described => HomeServerDescriptor.Read(Server.Describe(), Server.Key);

    /// <summary>What comes at all comes within this.</summary>
    public static TimeSpan Patience => TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Begins.</summary>
    public static async Task<AccountScene> StartAsync()
    {
        var folder = new TemporaryFolder();
        var server = new TestServer(blobs: folder["blobs"], avatars: folder["avatars"]);
        await server.ListenAsync();
        return new AccountScene(server, folder);
    }

    /// <summary>A new account of somebody with an invite, opened and connected.</summary>
    public async Task<AccountClient> PersonAsync(string name, string? number = null, bool receive = true)
    {
        var client = await AccountClient.RegisterAsync(
            Folder(name),
            Key,
            new RegisterRequest
            {
                Invite = await LinkAsync(),
                Number = number,
                Name = new ProfileName(name),
                DeviceName = $"{name}'s computer",
            },
            cancel: Cancellation).WaitAsync(Patience, Cancellation);
        return await ReadyAsync(client, receive);
    }

    /// <summary>Connects a client, and waits until it has done what it had to do.</summary>
    public async Task<AccountClient> ReadyAsync(AccountClient client, bool receive = true)
    {
        _links.Add(client);
        client.Connect(receive);
        await client.SettledAsync(Cancellation).WaitAsync(Patience, Cancellation);
        await client.PreKeys.CheckAsync(Cancellation).WaitAsync(Patience, Cancellation);
        return client;
    }

    /// <summary>Another device of an account, linked, opened and connected.</summary>
    public async Task<AccountClient> LinkedAsync(AccountClient primary, string name)
    {
        var shown = new TaskCompletionSource<string>();
        var request = new LinkRequest
        {
            Server = new InviteLink(new Uri($"https://localhost:{Server.Port}"), Server.Key).ToString(),
            DeviceName = name,
        };
        var linking = AccountClient.LinkAsync(
            Folder(name),
            Key,
            request,
            url =>
            {
                shown.TrySetResult(url);
                return Task.CompletedTask;
            },
            cancel: Cancellation);
        await primary.LinkDeviceAsync(await shown.Task.WaitAsync(Patience, Cancellation), Cancellation);
        return await ReadyAsync(await linking.WaitAsync(Patience, Cancellation));
    }

    /// <summary>An account's folder.</summary>
    public string Folder(string name) => Directory.CreateDirectory(_folder[name]).FullName;

    /// <summary>An invite as its link.</summary>
    public async Task<string> LinkAsync()
    {
        var invite = await InviteAsync();
        return new InviteLink(new Uri($"https://localhost:{Server.Port}"), Server.Key, invite.Text, invite.Code).ToString();
    }

    /// <summary>An invite.</summary>
    public Task<Invite> InviteAsync(int uses = 1) => Registrant.InviteAsync(Server, uses);

    /// <summary>A store on the disk, new or as it was left.</summary>
    public ClientStore Store(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        return File.Exists(path) ? ClientStore.Open(path, Key) : ClientStore.Create(path, Key);
    }

    /// <summary>Requests of nobody.</summary>
    public HomeServerApi Nobody(Func<ServiceRequest, Func<Task<ServiceResponse>>, Task<ServiceResponse>>? around = null)
    {
        var link = new HomeServerLink(Described, null, TimeProvider.System, RandomSource.System);
        link.Start(withMessages: false);
        _links.Add(link);
        return new HomeServerApi(link) { Around = around };
    }

    /// <summary>Requests of a device.</summary>
    public HomeServerApi Of(Self self)
    {
        var link = new HomeServerLink(Described, LinkIdentity.Of(self), TimeProvider.System, RandomSource.System);
        link.Start(withMessages: false);
        _links.Add(link);
        return new HomeServerApi(link);
    }

    /// <summary>Registers, or goes on.</summary>
    public Task<Self> RegisterAsync(ClientStore store, HomeServerApi api, Invite invite, string? number = null, string? code = null) =>
        new AccountRegistration(store, api, Described.ZkParams, Server.Clock, RandomSource.System)
            .RunAsync(invite.Text, code ?? invite.Code, number, "a device", Cancellation).WaitAsync(Patience, Cancellation);

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var link in Enumerable.Reverse(_links))
        {
            await link.DisposeAsync();
        }

        await Server.DisposeAsync();
        Key.Dispose();
        _folder.Dispose();
    }
}
