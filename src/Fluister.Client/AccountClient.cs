using System.Threading.Channels;
using Fluister.Archive.Accounts;
using Fluister.Archive.Conversations;
using Fluister.Client.Accounts;
using Fluister.Client.Contents;
using Fluister.Client.Expiring;
using Fluister.Client.Keys;
using Fluister.Client.Receiving;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;

namespace Fluister.Client;

/// <summary>One device of one account, open: its store, its connection, and everything a person does with it.</summary>
/// <remarks>Safe for concurrent use. What is sent is in the store before a method returns, and leaves when the home server can be
/// reached.</remarks>
public sealed partial class AccountClient : IAsyncDisposable
{
    private readonly EventQueue _events = new();
    private readonly AccountFolder _folder;
    private readonly IDisposable _held;
    private readonly ClientContext _context;
    private readonly HomeServerLink _link;
    private readonly Sender _sender;
    private readonly ContentHandler _handler;
    private readonly ContentWork _contents;
    private readonly Receiver _receiver;
    private readonly PreKeyUpkeep _preKeys;
    private readonly Housekeeping _housekeeping;
    private readonly DisappearingMessages _disappearing;
    private readonly Upkeep _upkeep;
    private bool _receives;
    private int _isDisposed;

    private AccountClient(
        AccountFolder folder, IDisposable held, ClientStore store, Self self, HomeServerDescriptor server, TimeProvider clock,
        RandomSource random)
    {
        (_folder, _held) = (folder, held);
        _link = new HomeServerLink(server, LinkIdentity.Of(self), clock, random)
        {
            WhenDescribed = later => store.Transact(() => later.Save(store.Items)),
        };
        _context = new ClientContext(store, self, new HomeServerApi(_link), () => _link.Server.TrustRoots, clock, random, Tell);
        _sender = new Sender(_context);
        _contents = new ContentWork(_context, _sender, _link, folder.Path);
        _handler = new ContentHandler(_context, _sender) { Noted = _contents.Wake };
        _preKeys = new PreKeyUpkeep(_context);
        _receiver = new Receiver(_context, _handler, _sender, _preKeys, _events.RoomAsync);
        _housekeeping = new Housekeeping(_context);
        _disappearing = new DisappearingMessages(_context, _contents.Files.Delete);
        _upkeep = new Upkeep(_context, _sender);
        _link.WhenChanged(Changed);
        _disappearing.Start();
    }

    /// <summary>Where it keeps everything.</summary>
    internal AccountFolder Folder => _folder;

    /// <summary>What its rooms share.</summary>
    internal ClientContext Context => _context;

    /// <summary>What publishes pre-keys.</summary>
    internal PreKeyUpkeep PreKeys => _preKeys;

    /// <summary>What sends.</summary>
    internal Sender Sender => _sender;

    /// <summary>What happens, in order. Bounded: a reader that is slow holds up receiving. A program that reads none can still
    /// send.</summary>
    public ChannelReader<ClientEvent> Events => _events.Reader;

    /// <summary>Who it is.</summary>
    public Self Self => _context.Self;

    /// <summary>Opens an account that was registered or linked on this computer, for this process alone.</summary>
    /// <param name="folder">The account's folder.</param>
    /// <param name="key">The store's key.</param>
    /// <param name="clock">The time.</param>
    /// <exception cref="ClientException">InUse, Store, NotFound.</exception>
    public static AccountClient Open(string folder, Secret key, TimeProvider? clock = null)
    {
        var account = AccountFolder.At(folder);
        var held = Lock(account);
        ClientStore? store = null;
        Self? self = null;
        try
        {
            store = ClientStore.Open(account.Database, key);
            self = store.Items.Self() ?? throw Unregistered();
            var server = store.Read(() => HomeServerDescriptor.Load(store.Items)) ?? throw Unregistered();
            return new AccountClient(account, held, store, self, server, clock ?? TimeProvider.System, RandomSource.System);
        }
        catch
        {
            self?.Dispose();
            store?.Dispose();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Connects to the home server and stays connected.</summary>
    /// <param name="receive">Whether to take messages; without, only what waits to be sent is sent.</param>
    public void Connect(bool receive)
    {
        _receives = receive;
        _link.Start(receive);
        _housekeeping.Start();
        _preKeys.Start();
        _upkeep.Start();
        if (receive)
        {
            _receiver.Start();
        }

        _contents.Start(fetches: receive && FetchesAttachments);
        _sender.Wake();
    }

    /// <summary>Waits until everything that waited at the home server is in the store. Somebody has to read <see cref="Events"/>
    /// meanwhile: receiving waits while many are unread.</summary>
    /// <exception cref="ClientException">That will not happen: Unlinked, InUse, Refused.</exception>
    public Task QueueEmptyAsync(CancellationToken cancel) => _receives
        ? _receiver.QueueEmptyAsync(cancel)
        : throw new InvalidOperationException("The client is not connected to take messages.");

    /// <summary>Waits until everything that was to be sent is at the home server.</summary>
    /// <exception cref="ClientException">Unlinked: it waits in the outbox.</exception>
    public Task SentAsync(CancellationToken cancel) => _sender.IdleAsync(cancel);

    /// <summary>Waits until one message is at the home server.</summary>
    /// <exception cref="ClientException">It was given up, and why; Unlinked: it waits in the outbox; NotFound.</exception>
    public Task<MessageSent> SentAsync(ServiceId recipient, long timestamp, CancellationToken cancel) =>
        _sender.SentAsync(recipient, timestamp, cancel);

    /// <summary>Closes it; what was not sent stays in the outbox.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        // Whoever uses the store ends before it, and whoever uses the link before the link, which lets acknowledgements leave.
        await _receiver.DisposeAsync().ConfigureAwait(false);
        await _preKeys.DisposeAsync().ConfigureAwait(false);
        await _upkeep.DisposeAsync().ConfigureAwait(false);
        await _housekeeping.DisposeAsync().ConfigureAwait(false);
        await _disappearing.DisposeAsync().ConfigureAwait(false);
        await _contents.DisposeAsync().ConfigureAwait(false);
        await _sender.DisposeAsync().ConfigureAwait(false);
        await _link.DisposeAsync().ConfigureAwait(false);
        _context.Store.Dispose();
        _context.Self.Dispose();
        _held.Dispose();
        _events.Dispose();
    }

    private static IDisposable Lock(AccountFolder account)
    {
        try
        {
            return account.TryLock() ?? throw new ClientException(
                ClientError.InUse,
                    "Another program has the account open: a daemon, or a command that has not ended. Wait for it, or ask it.");
        }
        catch (ArchiveException wrong)
        {
            throw new ClientException(
                wrong.Error == ArchiveError.NotFound ? ClientError.NotFound : ClientError.Store, wrong.Message, wrong);
        }
    }

    private static ClientException Unregistered() => new(
        ClientError.NotFound, "The account was not registered or linked to the end. Register or link it again into the same folder.");

    private void Tell(ClientEvent told)
    {
        _events.Tell(told);
        _upkeep.Wake();
    }

    private void Changed(ConnectionChanged change)
    {
        _events.Tell(change);
        if (change.IsConnected)
        {
            _sender.Reconnected();
            _contents.Wake();
            _upkeep.Wake();
        }
    }
}
