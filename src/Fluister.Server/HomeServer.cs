using Fluister.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Attachments;
using Fluister.Server.Certificates;
using Fluister.Server.Config;
using Fluister.Server.Devices;
using Fluister.Server.Grpc;
using Fluister.Server.Identity;
using Fluister.Server.Invites;
using Fluister.Server.Limits;
using Fluister.Server.Mailboxes;
using Fluister.Server.Messages;
using Fluister.Server.Operations;
using Fluister.Server.PreKeys;
using Fluister.Server.Profiles;
using Fluister.Server.Provisioning;
using Fluister.Server.Registration;
using Fluister.Server.Requests;
using Fluister.Server.Sockets;
using Fluister.Server.Storage;
using Fluister.Server.Stores;
using Fluister.Server.Stores.Sqlite;
using Fluister.Server.Usernames;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Fluister.Server;

/// <summary>A home server: its rooms, put together over one database, a clock and a source of randomness. It knows no network; what
/// listens hands it requests and sockets, so that a test can have ten of them in one process.</summary>
internal sealed class HomeServer
{
    /// <summary>Puts the rooms together.</summary>
    /// <param name="database">Keeps everything.</param>
    /// <param name="identity">The server's keys.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Randomness.</param>
    /// <param name="options">The settings; those of the example where none are given.</param>
    /// <param name="blobs">The folder of attachments; without one there are none.</param>
    /// <param name="operations">What the program around it answers: whether it is well, and its descriptor.</param>
    /// <param name="logs">Where what went wrong is told; nowhere where none is given.</param>
    public HomeServer(
        SqliteDatabase database,
        ServerIdentity identity,
        TimeProvider time,
        RandomSource random,
        ServerOptions? options = null,
        string? blobs = null,
        IEnumerable<Route>? operations = null,
        ILoggerFactory? logs = null)
    {
        options ??= new ServerOptions();
        Url = options.BaseUrl(options.Port);
        Accounts = new AccountStore(database);
        Invites = new InviteStore(database);
        Mailboxes = new MailboxStore(database, time);
        Authenticator = new Authenticator(Accounts, time);
        Limits = new RateLimits(time);
        Identity = identity;
        Time = time;
        Clock = new ServerClock(time, random);
        var reports = new SpamReports(database, Accounts, identity.LimitsKey, time);
        Dispatch = new Dispatch(Accounts, Mailboxes, reports, Clock);
        var keys = new PreKeyStore(database);
        var sessions = new VerificationSessions(identity.Tag, time, random);
        var tokens = new LinkTokens(identity.LimitsKey, time, random);
        AccountSettings = new AccountSettings(database, Accounts, Connected, time, random);
        Devices = new DeviceBook(database, Accounts, Connected, tokens, Limits, time, random);
        Usernames = new UsernameBook(database, Accounts, Limits, Clock);
        Provisioning = new ProvisioningAddresses(random);
        UploadForms = new UploadForms(
            new ServiceCredentials(identity.LimitsKey, "upload", ServerLimits.UploadAge, time), Limits, identity.Tag, random, () => Url);
        Attachments = blobs is null ? null : new AttachmentFiles(blobs, time);
        var preKeys = new PreKeyRoom(Accounts, keys, Limits);
        var certificates = new CertificateRoom(identity, time, random);
        var config = new ConfigRoom(options.ClientSettings);
        Router = new Router(
        [
            .. new AccountRoom(AccountSettings, new DataReport(database, Clock), Limits).Routes,
            .. new UsernameRoom(Usernames).Routes,
            .. new DeviceRoom(Devices, Limits).Routes,
            .. new TransferRoom(Limits, time).Routes,
            .. new ProvisioningRoom(Provisioning, Limits).Routes,
            .. new ProfileRoom(Accounts, new ProfileStore(database), Limits).Routes,
            .. new VerificationRoom(Invites, sessions, Limits, time).Routes,
            .. new RegistrationRoom(database, sessions, Connected, identity, Limits, time, random).Routes,
            .. preKeys.Routes,
            .. certificates.Routes,
            .. new MessageRoom(Dispatch, reports).Routes,
            .. config.Routes,
            .. new StorageRoom(
                Accounts,
                new StorageStore(database),
                new ServiceCredentials(identity.LimitsKey, "storage", ServerLimits.StorageCredential, time)).Routes,
            .. new AttachmentRoom(UploadForms).Routes,
            .. operations ?? [],
        ], Authenticator.Refresh, logs?.CreateLogger<Router>());
        Calls = new GrpcRouter(
        [
            .. new AccountMethods(AccountSettings, Limits).Methods,
            .. new UsernameMethods(Usernames).Methods,
            .. new DeviceMethods(Devices).Methods,
            .. new KeyMethods(preKeys).Methods,
            .. new MessageMethods(Dispatch).Methods,
            .. new AttachmentMethods(UploadForms).Methods,
            .. new SmallMethods(certificates, config).Methods,
        ], logs?.CreateLogger<GrpcRouter>());
    }

    /// <summary>Where clients reach it; what listens on a port of the system's choice sets it.</summary>
    public Uri Url { get; set; }

    /// <summary>The rights to upload attachments.</summary>
    public UploadForms UploadForms { get; }

    /// <summary>The attachments, where there is a folder for them.</summary>
    public AttachmentFiles? Attachments { get; }

    /// <summary>Deletes what has expired, now and then, until it is stopped.</summary>
    public async Task KeepHouseAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await Mailboxes.PurgeAsync().ConfigureAwait(false);
                Attachments?.Sweep();
            }
            catch (Exception failed) when (failed is SqliteException or StoreException or IOException)
            {
                // What is left is deleted the next time.
            }

            await Task.Delay(ServerLimits.Housekeeping, Time, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Accounts and devices.</summary>
    public AccountStore Accounts { get; }

    /// <summary>What accounts change of themselves.</summary>
    public AccountSettings AccountSettings { get; }

    /// <summary>What accounts do with their devices.</summary>
    public DeviceBook Devices { get; }

    /// <summary>Usernames and their links.</summary>
    public UsernameBook Usernames { get; }

    /// <summary>Which devices wait to be linked.</summary>
    public ProvisioningAddresses Provisioning { get; }

    /// <summary>How often who may do what.</summary>
    public RateLimits Limits { get; }

    /// <summary>Invites.</summary>
    public InviteStore Invites { get; }

    /// <summary>What waits for devices.</summary>
    public MailboxStore Mailboxes { get; }

    /// <summary>Puts messages into them.</summary>
    public Dispatch Dispatch { get; }

    /// <summary>Finds out who calls.</summary>
    public Authenticator Authenticator { get; }

    /// <summary>The server's keys.</summary>
    public ServerIdentity Identity { get; }

    /// <summary>All routes.</summary>
    public Router Router { get; }

    /// <summary>All gRPC methods: other ways into the same rooms.</summary>
    public GrpcRouter Calls { get; }

    /// <summary>Who is connected.</summary>
    public ConnectedDevices Connected { get; } = new();

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>The clock, with fresh ids.</summary>
    public ServerClock Clock { get; }
}
