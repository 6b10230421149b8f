using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fluister.Client.Store;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Accounts;

/// <summary>A registration or a linking that is under way, as the store keeps it: written before each request, so that the same request
/// can be made again, and gone in the transaction that writes who the device is.</summary>
internal sealed record PendingAccount
{
    private const string Item = "fluister.pendingAccount";

    /// <summary>The invite's link; null where a device is linked.</summary>
    public string? Invite { get; init; }

    /// <summary>The number to be registered, or of the account that the device is linked to.</summary>
    public string? Number { get; init; }

    /// <summary>The device's password.</summary>
    public required byte[] Password { get; init; }

    /// <summary>For the account's id.</summary>
    public required uint RegistrationId { get; init; }

    /// <summary>For the number's id.</summary>
    public uint PniRegistrationId { get; init; }

    /// <summary>The record of the account's identity key.</summary>
    public required byte[] AciIdentity { get; init; }

    /// <summary>The record of the number's identity key.</summary>
    public byte[]? PniIdentity { get; init; }

    /// <summary>The profile's key.</summary>
    public required byte[] ProfileKey { get; init; }

    /// <summary>The account entropy pool.</summary>
    public required byte[] EntropyPool { get; init; }

    /// <summary>The context of the request for a receipt, 177 bytes: the request is the same each time.</summary>
    public byte[]? ReceiptContext { get; init; }

    /// <summary>The receipt as it is shown.</summary>
    public byte[]? Receipt { get; init; }

    /// <summary>The account may be there already: its answer did not come.</summary>
    public bool IsAsked { get; init; }

    /// <summary>Where a device is linked: the account's id.</summary>
    public Guid? Aci { get; init; }

    /// <summary>Where a device is linked: the number's id.</summary>
    public Guid? Pni { get; init; }

    /// <summary>Where a device is linked: the token that lets it.</summary>
    public string? LinkToken { get; init; }

    /// <summary>Where a device is linked: whether the account sends read receipts.</summary>
    public bool ReadReceipts { get; init; }

    /// <summary>What the device is called.</summary>
    public string? DeviceName { get; init; }

    /// <summary>What was kept, or none.</summary>
    public static PendingAccount? Load(ItemTable items)
    {
        var json = items.Bytes(Item);
        var read = json is null ? null : JsonSerializer.Deserialize(json, AccountsJson.Default.PendingAccount);
        CryptographicOperations.ZeroMemory(json);
        return read;
    }

    /// <summary>Keeps it.</summary>
    public void Save(ItemTable items)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, AccountsJson.Default.PendingAccount);
        items.SetBytes(Item, json);
        CryptographicOperations.ZeroMemory(json);
    }

    /// <summary>Forgets it.</summary>
    public static void Remove(ItemTable items) => items.SetBytes(Item, default);

    /// <summary>What a device's secrets look like here.</summary>
    public static PendingAccount Of(DeviceSecrets secrets) => new()
    {
        Password = secrets.Password.Reveal().ToArray(),
        RegistrationId = secrets.RegistrationId,
        PniRegistrationId = secrets.PniRegistrationId,
        AciIdentity = secrets.AciIdentity.Write(),
        PniIdentity = secrets.PniIdentity?.Write(),
        ProfileKey = secrets.ProfileKey.Reveal().ToArray(),
        EntropyPool = secrets.EntropyPool.Reveal().ToArray(),
    };

    /// <summary>The secrets.</summary>
    public DeviceSecrets Secrets() => new()
    {
        Password = new Secret(Password),
        RegistrationId = RegistrationId,
        PniRegistrationId = PniRegistrationId,
        AciIdentity = IdentityKeyPair.Read(AciIdentity),
        PniIdentity = PniIdentity is null ? null : IdentityKeyPair.Read(PniIdentity),
        ProfileKey = new ProfileKey(ProfileKey),
        EntropyPool = AccountEntropyPool.TryParse(System.Text.Encoding.ASCII.GetString(EntropyPool), out var pool)
            ? pool
            : throw new ClientException(ClientError.Store, "The store's account entropy pool is damaged. Restore the store from a backup."),
    };
}

/// <summary>The JSON of what the store keeps of accounts.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PendingAccount))]
internal sealed partial class AccountsJson : JsonSerializerContext;
