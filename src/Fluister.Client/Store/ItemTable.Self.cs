using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Store;

/// <summary>Who this device is. uuid_id, number_id and pni are Signal Desktop's items, by which readers know the store's owner.</summary>
internal sealed partial class ItemTable
{
    private const string AciItem = "uuid_id";
    private const string NumberItem = "number_id";
    private const string PniItem = "pni";
    private const string PasswordItem = "fluister.password";
    private const string RegistrationItem = "fluister.registrationId";
    private const string PniRegistrationItem = "fluister.pniRegistrationId";
    private const string IdentityItem = "fluister.identityKey";
    private const string PniIdentityItem = "fluister.pniIdentityKey";
    private const string ProfileKeyItem = "profileKey";
    private const string EntropyPoolItem = "fluister.accountEntropyPool";
    private const string CredentialSaltItem = "fluister.credentialSalt";

    /// <summary>Reads who this device is; null in a store that was not registered yet. The caller disposes of it.</summary>
    /// <exception cref="ClientException">Store: a part is missing.</exception>
    public Self? Self() => store.Read(() =>
    {
        if (Text(AciItem) is not { } device)
        {
            return null;
        }

        var dot = device.LastIndexOf('.');
        if (dot < 0 || !ServiceId.TryParse(device.AsSpan(0, dot), out var aci)
            || !int.TryParse(device.AsSpan(dot + 1), CultureInfo.InvariantCulture, out var number))
        {
            throw Missing(AciItem);
        }

        return new Self
        {
            Aci = aci,
            Device = number,
            Pni = Text(PniItem) is { } pni ? ServiceId.TryParse(pni, out var id) ? id : throw Missing(PniItem) : null,
            Number = Text(NumberItem) is { } phone ? phone[..Math.Max(0, phone.LastIndexOf('.'))] : null,
            Password = Take(PasswordItem, static bytes => new Secret(bytes)) ?? throw Missing(PasswordItem),
            RegistrationId = (uint)(Number(RegistrationItem) ?? throw Missing(RegistrationItem)),
            PniRegistrationId = (uint)(Number(PniRegistrationItem) ?? 0),
            AciIdentity = Take(IdentityItem, static bytes => IdentityKeyPair.Read(bytes)) ?? throw Missing(IdentityItem),
            PniIdentity = Take(PniIdentityItem, static bytes => IdentityKeyPair.Read(bytes)),
            ProfileKey = Take(ProfileKeyItem, static bytes => new ProfileKey(bytes)) ?? throw Missing(ProfileKeyItem),
            EntropyPool = Take(EntropyPoolItem, static bytes =>
                AccountEntropyPool.TryParse(Encoding.ASCII.GetString(bytes), out var pool) ? pool : null) ?? throw Missing(EntropyPoolItem),
            CredentialSalt = Bytes(CredentialSaltItem),
        };
    });

    /// <summary>The account's id as text; null in a store that was not registered yet.</summary>
    public string? OwnAci() => Text(AciItem) is { } device ? device[..Math.Max(0, device.LastIndexOf('.'))] : null;

    /// <summary>Writes who this device is.</summary>
    public void Save(Self self) => store.Transact(() =>
    {
        SetText(AciItem, $"{self.Aci}.{self.Device}");
        SetText(NumberItem, self.Number is null ? null : $"{self.Number}.{self.Device}");
        SetText(PniItem, self.Pni?.ToString());
        SetBytes(PasswordItem, self.Password.Reveal());
        SetNumber(RegistrationItem, self.RegistrationId);
        SetNumber(PniRegistrationItem, self.PniRegistrationId);
        Put(IdentityItem, self.AciIdentity.Write());
        Put(PniIdentityItem, self.PniIdentity?.Write());
        SetBytes(ProfileKeyItem, self.ProfileKey.Reveal());
        SetBytes(EntropyPoolItem, self.EntropyPool.Reveal());
        SetBytes(CredentialSaltItem, self.CredentialSalt);
    });

    private static ClientException Missing(string item) =>
        new(ClientError.Store, $"The account's store lacks its item {item}. Restore a backup of the account, or register it anew.");

    private void Put(string item, byte[]? record)
    {
        SetBytes(item, record);
        CryptographicOperations.ZeroMemory(record);
    }

    private T? Take<T>(string item, Func<byte[], T?> read)
        where T : class
    {
        if (Bytes(item) is not { } bytes)
        {
            return null;
        }

        try
        {
            return read(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
