using Fluister.Cryptography;
using Fluister.Server.Accounts;
using Fluister.Server.Attachments;
using Fluister.Server.Avatars;
using Fluister.Server.Blobs;
using Fluister.Server.Calling;
using Fluister.Server.Certificates;
using Fluister.Server.Challenges;
using Fluister.Server.Config;
using Fluister.Server.Devices;
using Fluister.Server.Elsewhere;
using Fluister.Server.Federation;
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
using Fluister.Server.Stores.Sqlite;
using Fluister.Server.Usernames;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fluister.Server;

/// <summary>A home server: its rooms, put together over one database, a clock and a source of randomness. It knows no network; what
/// listens hands it requests and sockets, so that a test can have ten of them in one process.</summary>
internal sealed class HomeServer : IDisposable
{
    private readonly ILogger _log;

    /// <summary>Puts the rooms together.</summary>
    /// <param name="database">Keeps everything.</param>
    /// <param name="identity">The server's keys.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">Randomness.</param>
    /// <param name="options">The settings; those of the example where none are given.</param>
    /// <param name="blobs">The folder of attachments; without one there are none.</param>
    /// <param name="avatars">The folder of avatars; without one there are none.</param>
    /// <param name="blobCache">The folder where attachments and avatars of others are kept for a while; nowhere without one.</param>
    /// <param name="operations">What the program around it answers: whether it is well, and its descriptor.</param>
    /// <param name="logs">Where what went wrong is told; nowhere where none is given.</param>
    /// <param name="connect">How other home servers are reached; over TLS by default.</param>
    public HomeServer(
        SqliteDatabase database,
        ServerIdentity identity,
        TimeProvider time,
        RandomSource random,
        ServerOptions? options = null,
        string? blobs = null,
        string? avatars = null,
        string? blobCache = null,
        IEnumerable<Route>? operations = null,
        ILoggerFactory? logs = null,
        Func<Peer, HttpMessageHandler>? connect = null)
    {
        options ??= new ServerOptions();
        Url = options.BaseUrl(options.Port);
        Accounts = new AccountStore(database);
        Invites = new InviteStore(database);
        Receipts = new InviteReceipts(database, identity.LimitsKey);
        Authenticator = new Authenticator(Accounts, time);
        database.ChangedElsewhere = () => ThreadPool.QueueUserWorkItem(_ => CloseInvalid());
        Limits = new RateLimits(time);
        Identity = identity;
        Time = time;
        Clock = new ServerClock(time, random);
        Mailboxes = new MailboxStore(database, Accounts, Clock);
        Reports = new SpamReports(database, Accounts, identity.LimitsKey, time);
        var sends = new SendLimits(Limits, options);
        Relay = new Relay(
            database,
            identity,
            Accounts,
            Mailboxes,
            Reports,
            Limits,
            sends,
            Clock,
            time,
            random,
            logs?.CreateLogger<Relay>() ?? NullLogger<Relay>.Instance,
            options,
            connect);
        Relay.Client.Origin = () => Url.Host == options.Domain ? Url.Authority : options.Domain;
        var challenges = new ChallengeBook(
            database, Limits, new ServiceCredentials(identity.LimitsKey, "challenge", ServerLimits.ChallengeAge, time), options, time);
        Dispatch = new Dispatch(database, Accounts, Mailboxes, Relay, Reports, Clock, sends, challenges);
        var keys = new PreKeyStore(database);
        var sessions = new VerificationSessions(identity.Tag, time, random);
        var tokens = new LinkTokens(identity.LimitsKey, time, random);
        Avatars = avatars is null ? null : new AvatarFiles(database, avatars);
        AvatarForms = new AvatarForms(identity.LimitsKey, Limits, identity.Tag, random, time);
        AccountSettings = new AccountSettings(database, Accounts, Connected, time, random) { Avatars = Avatars, Relay = Relay };
        Devices = new DeviceBook(database, Accounts, Connected, tokens, Limits, time, random);
        Usernames = new UsernameBook(
            database, Accounts, Limits, Clock, identity.Tag, new RemoteUsernames(Relay, options.Domain, time));
        Provisioning = new ProvisioningAddresses(random);
        var attachments = new AttachmentStore(database, time);
        UploadForms = new UploadForms(
            new ServiceCredentials(identity.LimitsKey, "upload", ServerLimits.UploadAge, time),
            attachments, Limits, identity.Tag, random, () => Url);
        Attachments = blobs is null ? null : new AttachmentBook(attachments, new AttachmentFiles(blobs));
        BlobCache = blobCache is null || options.BlobCacheMegabytes == 0
            ? null
            : new BlobCache(blobCache, (long)options.BlobCacheMegabytes << 20, time);
        var profiles = new ProfileStore(database);
        var preKeys = new PreKeyRoom(Accounts, keys, Relay, random, Limits);
        var logins = new LoginPurchaseRoom(Invites, Receipts, identity, Limits, options, time, random);
        var certificates = new CertificateRoom(identity, time, random);
        var config = new ConfigRoom(options.ClientSettings);
        var calling = new CallingRoom(new TurnCredentials(options, identity.LimitsKey, time), Limits);
        var storage = new StorageRoom(
            Accounts,
            new StorageStore(database),
            new ServiceCredentials(identity.LimitsKey, "storage", ServerLimits.StorageCredential, time),
            Limits);
        var elsewhere = new ElsewhereRoom(
            new ServiceCredentials(identity.LimitsKey, "elsewhere", ServerLimits.StorageCredential, time), Limits);
        _log = logs?.CreateLogger<HomeServer>() ?? NullLogger<HomeServer>.Instance;
        Router = new Router(
        [
            .. new AccountRoom(AccountSettings, new DataReport(database, Clock), Limits).Routes,
            .. new UsernameRoom(Usernames).Routes,
            .. new DeviceRoom(Devices, Limits).Routes,
            .. new TransferRoom(Limits, time).Routes,
            .. new ProvisioningRoom(Provisioning, Limits).Routes,
            .. new ProfileRoom(Accounts, profiles, AvatarForms, Avatars, Relay, Limits).Routes,
            .. new VerificationRoom(Invites, sessions, Limits, time).Routes,
            .. new RegistrationRoom(database, sessions, Connected, identity, Limits, options, time, random).Routes,
            .. logins.Routes,
            .. preKeys.Routes,
            .. certificates.Routes,
            .. new MessageRoom(Dispatch, Reports, Relay).Routes,
            .. new ChallengeRoom(challenges).Routes,
            .. calling.Routes,
            .. config.Routes,
            .. storage.Routes,
            .. new AttachmentRoom(UploadForms).Routes,
            .. elsewhere.Routes,
            .. new PeerRoom(Relay, Accounts, profiles, Usernames, time, Limits).Routes,
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
            .. new CallingMethods(calling).Methods,
            .. new SmallMethods(certificates, config, challenges).Methods,
            .. new LoginPurchaseMethods(logins).Methods,
            .. new ElsewhereMethods(elsewhere, storage).Methods,
        ], logs?.CreateLogger<GrpcRouter>());
    }

    /// <summary>Where clients reach it; what listens on a port of the system's choice sets it.</summary>
    public Uri Url { get; set; }

    /// <summary>The rights to upload attachments.</summary>
    public UploadForms UploadForms { get; }

    /// <summary>The attachments, where there is a folder for them.</summary>
    public AttachmentBook? Attachments { get; }

    /// <summary>The rights to upload avatars.</summary>
    public AvatarForms AvatarForms { get; }

    /// <summary>The avatars, where there is a folder for them.</summary>
    public AvatarFiles? Avatars { get; }

    /// <summary>What was fetched of other home servers' attachments and avatars, where it is kept.</summary>
    public BlobCache? BlobCache { get; }

    // What is left is deleted the next time, and what one kind meets with does not keep the others.
    private async Task KeepAsync(string what, Func<Task> keep)
    {
        try
        {
            await keep().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, the house is kept on.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            _log.HouseNotKept(failed, what);
        }
    }

    // Another program has written, perhaps the operator's: who is disabled or gone by that is not served on.
    private void CloseInvalid()
    {
        try
        {
            Connected.CloseInvalid(Authenticator.Refresh);
        }
        catch (SqliteException)
        {
            // Their requests are refused all the same.
        }
    }

    /// <summary>Deletes what has expired, now and then, until it is stopped.</summary>
    public async Task KeepHouseAsync(CancellationToken stopping)
    {
        while (true)
        {
            await KeepAsync("letters", Mailboxes.PurgeAsync).ConfigureAwait(false);
            await KeepAsync("items for other servers", Relay.PurgeAsync).ConfigureAwait(false);
            await KeepAsync("reports", Reports.PurgeAsync).ConfigureAwait(false);
            await KeepAsync("receipts", () => Receipts.PurgeAsync(Time.GetUtcNow())).ConfigureAwait(false);
            await KeepAsync("claims", Relay.Claims.PurgeAsync).ConfigureAwait(false);
            await KeepAsync("peers' accounts", Relay.Accounts.PurgeAsync).ConfigureAwait(false);
            await KeepAsync("attachments", () => Attachments?.SweepAsync() ?? Task.CompletedTask).ConfigureAwait(false);
            await KeepAsync("avatars", () => Avatars?.KeepHouseAsync(Time.GetUtcNow()) ?? Task.CompletedTask).ConfigureAwait(false);
            await KeepAsync("cached blobs", () => Task.Run(() => BlobCache?.Sweep(), stopping)).ConfigureAwait(false);
            await Task.Delay(ServerLimits.Housekeeping, Time, stopping).ConfigureAwait(false);
        }
    }

    /// <summary>Ends connections to other home servers.</summary>
    public void Dispose() => Relay.Dispose();

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

    /// <summary>What invites have bought.</summary>
    public InviteReceipts Receipts { get; }

    /// <summary>What waits for devices.</summary>
    public MailboxStore Mailboxes { get; }

    /// <summary>Other home servers.</summary>
    public Relay Relay { get; }

    /// <summary>Puts messages into them.</summary>
    public Dispatch Dispatch { get; }

    /// <summary>What was reported as spam.</summary>
    public SpamReports Reports { get; }

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
