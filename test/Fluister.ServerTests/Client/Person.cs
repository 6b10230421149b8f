using System.Text;
using Fluister.Client;
using Fluister.Client.Sending;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Profiles;
using Fluister.Protocol.SealedSender;
using Fluister.Wire.Protos;
using Google.Protobuf;

namespace Fluister.ServerTests.Client;

/// <summary>A device of somebody's account, with a client that can be closed and opened again.</summary>
internal sealed class Person
{
    private static readonly byte[] _storeKey = [.. Enumerable.Range(0, 32).Select(value => (byte)value)];

    private readonly ClientScene _scene;
    private readonly string _folder;
    private AccountClient? _client;

    private Person(ClientScene scene, TestAccount account, ProfileKey profileKey, int device)
    {
        (_scene, Account, ProfileKey, Device) = (scene, account, profileKey, device);
        _folder = Path.Combine(scene.Folder, $"{account.Account.Aci}.{device}");
    }

    /// <summary>What comes at all comes within this.</summary>
    public static TimeSpan Patience => TimeSpan.FromMinutes(1);

    /// <summary>The account, as the server has it.</summary>
    public TestAccount Account { get; }

    /// <summary>The key of the profile.</summary>
    public ProfileKey ProfileKey { get; }

    /// <summary>The device.</summary>
    public int Device { get; }

    /// <summary>The account's id.</summary>
    public ServiceId Id => Account.Id;

    /// <summary>The client, while it is open.</summary>
    public AccountClient Client => _client!;

    /// <summary>What it keeps.</summary>
    public ClientStore Store => Client.Context.Store;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Makes the device's store, as registering or linking does.</summary>
    public static Person Make(ClientScene scene, TestAccount account, ProfileKey profileKey, int device)
    {
        var person = new Person(scene, account, profileKey, device);
        Directory.CreateDirectory(Path.Combine(person._folder, "sql"));
        using var key = new Secret(_storeKey);
        using var store = ClientStore.Create(Path.Combine(person._folder, "sql", "db.sqlite"), key);
        store.Transact(() =>
        {
            scene.Described.Save(store.Items);
            store.Items.Save(new Self
            {
                Aci = account.Id,
                Pni = ServiceId.Pni(account.Account.Pni!.Value),
                Number = account.Account.Number,
                Device = device,
                Password = new Secret(Encoding.UTF8.GetBytes(TestAccount.Password)),
                RegistrationId = (uint)(1000 + device),
                PniRegistrationId = (uint)(2000 + device),
                AciIdentity = account.Aci,
                PniIdentity = account.Pni,
                ProfileKey = profileKey,
                EntropyPool = AccountEntropyPool.Generate(RandomSource.System),
            });
        });
        return person;
    }

    /// <summary>Opens the client; where it connects, its pre-keys are published when this returns.</summary>
    public void Open(bool connect = true, bool receive = true, TimeProvider? clock = null)
    {
        using var key = new Secret(_storeKey);
        _client = AccountClient.Open(_folder, key, clock);
        if (connect)
        {
            _client.Connect(receive);
        }
    }

    /// <summary>Opens the same account once more.</summary>
    public AccountClient OpenAgain()
    {
        using var key = new Secret(_storeKey);
        return AccountClient.Open(_folder, key);
    }

    /// <summary>Closes the client.</summary>
    public async Task CloseAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
            _client = null;
        }
    }

    /// <summary>Waits until everything that waited has come, and the pre-keys are published.</summary>
    public async Task ReadyAsync()
    {
        await Client.QueueEmptyAsync(Cancellation).WaitAsync(Patience, Cancellation);
        await Client.PreKeys.CheckAsync(Cancellation).WaitAsync(Patience, Cancellation);
    }

    /// <summary>Learns somebody's profile key, so that they can be written to under a seal.</summary>
    public void Meets(Person other) => Store.Transact(() =>
    {
        var conversation = Store.Conversations.GetOrAdd(other.Id);
        conversation.Json["profileKey"] = Convert.ToBase64String(other.ProfileKey.Reveal());
        Store.Conversations.Save(conversation);
    });

    /// <summary>Puts a text into the outbox, and gives its time.</summary>
    public long Write(ServiceId to, string text, bool isTold = false)
    {
        var timestamp = Store.Transact(() =>
        {
            var now = Client.Sender.NextTimestamp();
            var data = new DataMessage { Body = text, Timestamp = (ulong)now };
            Client.Sender.Enqueue(new OutgoingContent
            {
                Recipient = to,
                Timestamp = now,
                Content = new Content { DataMessage = data }.ToByteArray(),
                Hint = ContentHint.Resendable,
                Transcript = !isTold ? default : new Content
                {
                    SyncMessage = new SyncMessage
                    {
                        Sent = new SyncMessage.Types.Sent
                        {
                            Timestamp = (ulong)now,
                            DestinationServiceIdBinary = ByteString.CopyFrom(to.ToBytes()),
                            Message = data,
                        },
                    },
                }.ToByteArray(),
            });
            return now;
        });
        Client.Sender.Wake();
        return timestamp;
    }

    /// <summary>Sends a text, and waits until the server has it.</summary>
    public Task<MessageSent> SendAsync(ServiceId to, string text) =>
        Client.Sender.SentAsync(to, Write(to, text), Cancellation).WaitAsync(Patience, Cancellation);

    /// <summary>The next event of a kind, of which something may have to hold; others are passed over.</summary>
    public async Task<T> NextAsync<T>(Func<T, bool>? fits = null)
        where T : ClientEvent
    {
        while (true)
        {
            if (await Client.Events.ReadAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation) is T wanted
                && (fits is null || fits(wanted)))
            {
                return wanted;
            }
        }
    }

    /// <summary>The next text, and how it came.</summary>
    public async Task<ContentReceived> NextTextAsync(string expected)
    {
        ContentReceived received;
        do
        {
            received = await NextAsync<ContentReceived>();
        }
        while (received.Content.DataMessage is null);

        Assert.Equal(expected, received.Content.DataMessage.Body);
        return received;
    }
}
