using System.Text.Json.Nodes;
using Fluister.Client;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;
using Fluister.Tests.Exports;

namespace Fluister.Tests.Client.Store;

/// <summary>A store of its own in a folder of its own, with what tests write into it.</summary>
public abstract class StoreFixture : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private protected readonly Secret Key = RandomSource.System.Secret(32);

    protected StoreFixture() => Store = ClientStore.Create(Path, Key);

    private protected ClientStore Store { get; private set; }

    private protected string Path => System.IO.Path.Combine(_folder.Path, "db.sqlite");

    private protected static ServiceId Anna { get; } = ServiceId.Aci(new Guid("11111111-1111-4111-8111-111111111111"));

    private protected static ServiceId Bert { get; } = ServiceId.Aci(new Guid("22222222-2222-4222-8222-222222222222"));

    /// <summary>As after a restart.</summary>
    private protected void Reopen()
    {
        Store.Dispose();
        Store = ClientStore.Open(Path, Key);
    }

    private protected static StoredMessage Message(
        string conversation, long sentAt, string? body = "hello", ServiceId? source = null, JsonObject? json = null) => new()
        {
            Id = RowUuid.New(DateTimeOffset.FromUnixTimeMilliseconds(sentAt)),
            ConversationId = conversation,
            Type = source == Anna ? "outgoing" : "incoming",
            Source = source ?? Bert,
            SourceDevice = 2,
            SentAt = sentAt,
            ReceivedAt = sentAt + 50,
            ServerTimestamp = sentAt + 20,
            Body = body,
            IsUnread = source != Anna,
            IsSealed = true,
            Json = json ?? [],
        };

    private protected static Self NewSelf() => new()
    {
        Aci = Anna,
        Device = 3,
        Pni = ServiceId.Pni(new Guid("33333333-3333-4333-8333-333333333333")),
        Number = "+4930123456",
        Password = new Secret("a password"u8),
        RegistrationId = 1234,
        PniRegistrationId = 4321,
        AciIdentity = IdentityKeyPair.Generate(RandomSource.System),
        PniIdentity = IdentityKeyPair.Generate(RandomSource.System),
        ProfileKey = ProfileKey.Generate(RandomSource.System),
        EntropyPool = AccountEntropyPool.Generate(RandomSource.System),
        CredentialSalt = [1, 2, 3],
    };

    public void Dispose()
    {
        Store.Dispose();
        Key.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
