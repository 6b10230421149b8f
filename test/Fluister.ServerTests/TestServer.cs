using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server;
using Fluister.Server.Accounts;
using Fluister.Server.Federation;
using Fluister.Server.Hosting;
using Fluister.Server.Identity;
using Fluister.Server.Operations;
using Fluister.Server.PreKeys;
using Fluister.Server.Requests;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire.Descriptors;

namespace Fluister.ServerTests;

/// <summary>A home server in memory, with a clock of its own; it listens on a free port of this machine when a test asks it to.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly ServerIdentity _identity;
    private Listener? _listener;
    private X509Certificate2? _authority;
    private X509Certificate2? _certificate;
    private HttpClient? _client;

    /// <summary>Settings under which a test may send as many messages as it likes.</summary>
    public static ServerOptions Roomy { get; } = new()
    {
        MessagesPerPair = ServerLimits.MostMessagesPerMinute,
        SealedMessagesPerPair = ServerLimits.MostMessagesPerMinute,
        MessagesPerAddress = ServerLimits.MostMessagesPerMinute,
    };

    /// <summary>Puts it together; attachments and avatars only where there is a folder for them.</summary>
    public TestServer(
        string? blobs = null,
        ServerOptions? options = null,
        string? avatars = null,
        string database = ":memory:",
        Func<Peer, HttpMessageHandler>? connect = null,
        TestClock? clock = null,
        string? blobCache = null,
        ServerIdentity? identity = null)
    {
        _identity = identity ?? ServerIdentity.Generate(RandomSource.System);
        Clock = clock ?? new TestClock();
        Database = new SqliteDatabase(database);
        var descriptor = new PublishedDescriptor(Write, _identity.Key.Private, Clock, RandomSource.System);
        Home = new HomeServer(
            Database,
            _identity,
            Clock,
            RandomSource.System,
            options ?? Roomy,
            blobs,
            avatars,
            blobCache,
            operations: new OperationRoom(
                new Readiness(Database, Clock, null, null, CancellationToken.None),
                descriptor).Routes,
            connect: connect);
        Home.Relay.DescriptorSequence = () => descriptor.Sequence;
    }

    /// <summary>Its clock.</summary>
    public TestClock Clock { get; }

    /// <summary>The identity key by which it is known.</summary>
    public Protocol.Keys.PublicKey Key => _identity.Genesis.Public;

    /// <summary>Its database.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>The server.</summary>
    public HomeServer Home { get; }

    /// <summary>Registers an account with its signed keys, but without one-time keys.</summary>
    public async Task<TestAccount> AddAccountAsync(int devices = 1, bool isUnrestricted = false, byte[]? accessKey = null)
    {
        var (aci, pni) = (IdentityKeyPair.Generate(RandomSource.System), IdentityKeyPair.Generate(RandomSource.System));
        var id = _identity.Tag.Mint(RandomSource.System);
        var account = new TestAccount(
            new Account
            {
                Aci = id,
                Pni = _identity.Tag.Mint(RandomSource.System),
                Number = "+31" + BitConverter.ToUInt32(id.ToByteArray(), 8),
                AciIdentity = aci.Public,
                PniIdentity = pni.Public,
                AccessKey = accessKey ?? TestAccount.AccessKey,
                IsUnrestricted = isUnrestricted,
                Devices =
                [
                    .. Enumerable.Range(1, devices).Select(device => new Device
                    {
                        Id = device,
                        Password = PasswordHash.Of(TestAccount.Password, RandomSource.System),
                        RegistrationId = 1000 + device,
                        PniRegistrationId = 2000 + device,
                        Created = Clock.GetUtcNow(),
                        LastSeenDay = Clock.GetUtcNow(),
                    }),
                ],
            },
            aci,
            pni);
        await Database.WriteAsync(session =>
        {
            AccountStore.Insert(session, account.Account);
            foreach (var device in account.Account.Devices)
            {
                foreach (var kind in new[] { ServiceIdKind.Aci, ServiceIdKind.Pni })
                {
                    PreKeyStore.Replace(session, id, device.Id, kind, PreKeyKind.Signed, [account.Signed(1, kind)]);
                    PreKeyStore.Replace(session, id, device.Id, kind, PreKeyKind.LastResortKem, [account.Kem(2, kind)]);
                }
            }

            return true;
        });
        return account;
    }

    /// <summary>Asks with JSON, as somebody or nobody.</summary>
    public ValueTask<Response> AskAsync(
        string verb,
        string target,
        Caller? caller = null,
        ReadOnlyMemory<byte> body = default,
        ulong origin = 0,
        params (string Name, string Value)[] headers)
    {
        var (path, query) = RequestLine.Split(target);
        return Home.Router.AnswerAsync(
            new Request
            {
                Verb = verb,
                Path = path,
                Query = query,
                Caller = caller,
                Body = body,
                Origin = origin,
                Headers = headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.OrdinalIgnoreCase),
            },
            TestContext.Current.CancellationToken);
    }

    /// <summary>What it says of itself, signed, once it listens.</summary>
    /// <param name="port">Where somebody in between listens, with its certificate.</param>
    /// <param name="domain">Its name, where it does not matter that it is not reached by it.</param>
    public byte[] Describe(int? port = null, string? domain = null) =>
        SignedDescriptor.Sign(Write(Clock.GetUtcNow(), null, port, domain), _identity.Key.Private, RandomSource.System);

    /// <summary>Listens, and gives a client that trusts it.</summary>
    /// <param name="port">A free one by default; the one from before, after <see cref="StopAsync"/>, where it begins anew.</param>
    public async Task<HttpClient> ListenAsync(int port = 0)
    {
        Certify();
        _client?.Dispose();
        _listener = new Listener(Home, new IPEndPoint(IPAddress.Loopback, port), Certificate);
        await _listener.StartAsync(TestContext.Current.CancellationToken);
        Home.Url = new Uri($"https://localhost:{_listener.Port}");
        var expected = Certificate.Thumbprint;
        return _client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, given, _, _) => given is X509Certificate2 leaf && leaf.Thumbprint == expected,
            },
        })
        {
            BaseAddress = new Uri($"https://localhost:{_listener.Port}"),
        };
    }

    /// <summary>Where it listens, once it does.</summary>
    public int Port => _listener!.Port;

    /// <summary>Its certificate, once it listens.</summary>
    public X509Certificate2 Certificate => _certificate!;

    /// <summary>Its keys.</summary>
    public ServerIdentity Identity => _identity;

    /// <summary>What listens, once it does.</summary>
    public Listener Listener => _listener!;

    /// <summary>Stops to listen, as when the program is asked to end; the database stays.</summary>
    public Task StopAsync() => _listener!.StopAsync(ServerLimits.Drain);

    /// <summary>Stops to listen, and listens again on the same port.</summary>
    public async Task RestartAsync()
    {
        var port = Port;
        await _listener!.DisposeAsync();
        await ListenAsync(port);
    }

    private byte[] Write(DateTimeOffset now, long sequence) => Write(now, sequence, null);

    private byte[] Write(DateTimeOffset now, long? sequence, int? port, string? domain = null)
    {
        Certify();

        // Good by its own clock, and by that of clients, which is this computer's.
        var signed = now < DateTimeOffset.UtcNow ? DateTimeOffset.UtcNow : now;
        return Descriptor.Write(
            new ServerOptions { Domain = domain ?? "localhost" },
            port ?? _listener?.Port ?? 443,
            _identity,
            _authority,
            _certificate!,
            signed,
            sequence ?? now.ToUnixTimeMilliseconds());
    }

    private void Certify()
    {
        _authority ??= NetworkAuthority.Create("Test", DateTimeOffset.UtcNow);
        _certificate ??= NetworkAuthority.Issue(_authority, "localhost", DateTimeOffset.UtcNow);
    }

    /// <summary>Stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (Interlocked.Exchange(ref _listener, null) is { } listener)
        {
            await listener.DisposeAsync();
        }

        Home.Dispose();
        _certificate?.Dispose();
        _authority?.Dispose();
        await Database.DisposeAsync();
    }
}
