using Fluister.Archive.Conversations;
using Fluister.Archive.SignalDesktop;
using Fluister.Archive.SignalDesktop.Keys;
using Fluister.Client;
using Fluister.Client.Contents;
using Fluister.Client.Receiving;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Client.Transport;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Tests.Exports;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.Tests.Client.Contents;

/// <summary>A device of Anna's with a store and no network: content is handed to it as the receiver would, and what it would send is read
/// from its outbox.</summary>
public abstract class ContentFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Secret _key = RandomSource.System.Secret(32);

    protected ContentFixture(bool isPrimary = true)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "sql"));
        Store = ClientStore.Create(Path.Combine(_folder.Path, "sql", "db.sqlite"), _key);
        Self = new Self
        {
            Aci = Anna,
            Device = isPrimary ? 1 : 2,
            Password = new Secret("a password"u8),
            RegistrationId = 1234,
            AciIdentity = IdentityKeyPair.Generate(RandomSource.System),
            ProfileKey = Fluister.Protocol.Profiles.ProfileKey.Generate(RandomSource.System),
            EntropyPool = AccountEntropyPool.Generate(RandomSource.System),
        };
        Store.Items.Save(Self);
        Context = new ClientContext(Store, Self, new HomeServerApi(null!), () => [], Clock, RandomSource.System, _ => { });
        Sender = new Sender(Context);
        Handler = new ContentHandler(Context, Sender);
    }

    private protected static ServiceId Anna { get; } = ServiceId.Aci(new Guid("11111111-1111-4111-8111-111111111111"));

    private protected static ServiceId Bert { get; } = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    private protected static ServiceId Cleo { get; } = ServiceId.Aci(new Guid("33333333-3333-4333-8333-333333333333"));

    private protected ContentClock Clock { get; } = new();

    private protected ClientStore Store { get; }

    private protected Self Self { get; }

    private protected ClientContext Context { get; }

    private protected Sender Sender { get; }

    private protected ContentHandler Handler { get; }

    /// <summary>A message of now, which nothing stands in yet.</summary>
    private protected DataMessage Data(string? body = null) => With(new DataMessage { Timestamp = (ulong)Clock.Tick() }, body);

    /// <summary>Hands over a message of a person's, and gives its row.</summary>
    private protected StoredMessage? Take(DataMessage data, ServiceId? from = null)
    {
        var told = Take(new Content { DataMessage = data }, (long)data.Timestamp, from);
        return told?.MessageId is { } id ? Store.Messages.Find(id) : null;
    }

    /// <summary>Hands over content; null where nothing is told of it.</summary>
    private protected ContentReceived? Take(Content content, long? timestamp = null, ServiceId? from = null, int device = 1) =>
        Store.Transact(() =>
        {
            var told = Store.Attempt(() => Handler.Handle(Incoming(timestamp ?? Clock.Tick(), from, device), content));
            Handler.BeforeCommit();
            return (ContentReceived?)told;
        });

    /// <summary>Hands over what another device of Anna's tells.</summary>
    private protected ContentReceived? TakeSync(SyncMessage sync, long? timestamp = null) =>
        Take(new Content { SyncMessage = sync }, timestamp, Anna, device: 7);

    /// <summary>Hands over what another device of Anna's has sent to somebody, and gives the row.</summary>
    private protected StoredMessage? TakeSent(DataMessage data, ServiceId to, Action<SyncMessage.Types.Sent>? more = null)
    {
        var sent = new SyncMessage.Types.Sent { Timestamp = data.Timestamp, DestinationServiceId = to.ToString(), Message = data };
        more?.Invoke(sent);
        var told = TakeSync(new SyncMessage { Sent = sent }, (long)data.Timestamp);
        return told?.MessageId is { } id ? Store.Messages.Find(id) : null;
    }

    /// <summary>The row as it stands now.</summary>
    private protected StoredMessage Now(StoredMessage? message) => Store.Messages.Find(Assert.IsType<StoredMessage>(message).Id)!;

    private protected StoredConversation With(ServiceId person) => Store.Conversations.Find(person)!;

    /// <summary>Lets a person write to Anna.</summary>
    private protected void Accept(ServiceId person)
    {
        var conversation = Store.Conversations.GetOrAdd(person);
        conversation.Json["profileSharing"] = true;
        Store.Conversations.Save(conversation with { Name = person == Bert ? "Bert Berg" : "Cleo" });
    }

    /// <summary>What waits to be sent.</summary>
    private protected IReadOnlyList<(ServiceId To, Content Content)> Outbox() =>
        [.. Store.Outbox.Waiting(0, 1000).Select(item => (item.Outgoing.Recipient, Content.Parser.ParseFrom(item.Outgoing.Content.Span)))];

    /// <summary>The messages of all conversations, as the archive reads them from the file.</summary>
    private protected IReadOnlyList<Message> Archive()
    {
        using var archive = OpenArchive();
        return [.. archive.Read(Everything, MessageOrder.Stored)];
    }

    private protected static Selection Everything => new() { IncludeDisappearing = true, IncludeViewOnce = true };

    private protected SignalDesktopArchive OpenArchive() =>
        SignalDesktopArchive.Open(_folder.Path, new SignalDesktopOptions { Keys = new KeyOptions { Key = _key } });

    private protected static AttachmentPointer Pointer(string type = "image/jpeg", uint size = 1000, string key = "abc") => new()
    {
        CdnKey = key,
        CdnNumber = 3,
        ContentType = type,
        Size = size,
        Key = ByteString.CopyFrom(new byte[64]),
        Digest = ByteString.CopyFrom(new byte[32]),
        FileName = "lake.jpg",
        Width = 640,
        Height = 480,
    };

    private protected Incoming Incoming(long timestamp, ServiceId? from = null, int device = 1) => new()
    {
        Sender = from ?? Bert,
        Device = device,
        Timestamp = timestamp,
        ServerTimestamp = timestamp + 20,
        ReceivedAt = Clock.GetUtcNow(),
        ServerGuid = Guid.Parse("99999999-9999-4999-8999-999999999999"),
        IsSealed = true,
    };

    private static DataMessage With(DataMessage data, string? body)
    {
        if (body is not null)
        {
            data.Body = body;
        }

        return data;
    }

    public void Dispose()
    {
        Sender.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Store.Dispose();
        Self.Dispose();
        _key.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A clock that is moved by hand; each reading by a test is a millisecond later.</summary>
    private protected sealed class ContentClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

        public override DateTimeOffset GetUtcNow() => _now;

        public long Tick() => Pass(TimeSpan.FromMilliseconds(1));

        public long Pass(TimeSpan time) => (_now += time).ToUnixTimeMilliseconds();
    }
}
