using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Profiles;

namespace Fluister.ServerTests.Client;

/// <summary>A home server that listens, and people with clients.</summary>
internal sealed class ClientScene : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<Person> _people = [];

    private ClientScene(TestServer server) => Server = server;

    /// <summary>Who stands between the clients and the server, where somebody does.</summary>
    public Meddler? Between { get; private set; }

    /// <summary>The server.</summary>
    public TestServer Server { get; }

    /// <summary>Where clients keep what they keep.</summary>
    public string Folder => _folder.Path;

    /// <summary>Where clients find the server; another port where something stands in between.</summary>
    public int? Port { get; set; }

    /// <summary>The server as clients know it.</summary>
    public HomeServerDescriptor Described => HomeServerDescriptor.Read(Server.Describe(Between?.Port), Server.Key);

    /// <summary>Begins.</summary>
    public static async Task<ClientScene> StartAsync(TestServer? server = null)
    {
        var scene = new ClientScene(server ?? new TestServer());
        await scene.Server.ListenAsync();
        return scene;
    }

    /// <summary>Begins, with somebody between the clients and the server.</summary>
    public static async Task<(ClientScene Scene, Meddler Meddler)> StartMeddledAsync()
    {
        var scene = await StartAsync();
        return (scene, scene.Between = await Meddler.StartAsync(scene.Server));
    }

    /// <summary>Registers an account, and opens its primary device.</summary>
    /// <param name="devices">How many devices it has at the server.</param>
    /// <param name="connect">Whether the primary connects.</param>
    public async Task<Person> AddAsync(int devices = 1, bool connect = true)
    {
        var profile = ProfileKey.Generate(RandomSource.System);
        using var access = profile.AccessKey();
        var account = await Server.AddAccountAsync(devices, accessKey: access.Reveal().ToArray());
        return Open(account, profile, 1, connect);
    }

    /// <summary>Opens another device of somebody's account.</summary>
    public Person AddDevice(Person person, int device, bool connect = true) => Open(person.Account, person.ProfileKey, device, connect);

    /// <summary>Ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var person in _people)
        {
            await person.CloseAsync();
        }

        if (Between is not null)
        {
            await Between.DisposeAsync();
        }

        await Server.DisposeAsync();
        _folder.Dispose();
    }

    private Person Open(TestAccount account, ProfileKey profile, int device, bool connect)
    {
        var person = Person.Make(this, account, profile, device);
        _people.Add(person);
        person.Open(connect);
        return person;
    }
}
