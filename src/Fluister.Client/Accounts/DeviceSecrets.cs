using System.Buffers.Binary;
using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.AccountKeys;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Protocol.Profiles;

namespace Fluister.Client.Accounts;

/// <summary>What a device draws, or is handed by the primary, before the home server has told who it is.</summary>
internal sealed record DeviceSecrets : IDisposable
{
    /// <summary>The device's password, text in UTF-8.</summary>
    public required Secret Password { get; init; }

    /// <summary>For sessions with the account's id.</summary>
    public required uint RegistrationId { get; init; }

    /// <summary>For sessions with the number's id; 0 without one.</summary>
    public uint PniRegistrationId { get; init; }

    /// <summary>The account's identity key.</summary>
    public required IdentityKeyPair AciIdentity { get; init; }

    /// <summary>The number's identity key.</summary>
    public IdentityKeyPair? PniIdentity { get; init; }

    /// <summary>The profile's key.</summary>
    public required ProfileKey ProfileKey { get; init; }

    /// <summary>The root of the account's other keys.</summary>
    public required AccountEntropyPool EntropyPool { get; init; }

    /// <summary>Everything of a new account, fresh.</summary>
    public static DeviceSecrets Draw(bool hasNumber, RandomSource random) => new()
    {
        Password = DrawPassword(random),
        RegistrationId = DrawRegistrationId(random),
        PniRegistrationId = hasNumber ? DrawRegistrationId(random) : 0,
        AciIdentity = IdentityKeyPair.Generate(random),
        PniIdentity = hasNumber ? IdentityKeyPair.Generate(random) : null,
        ProfileKey = ProfileKey.Generate(random),
        EntropyPool = AccountEntropyPool.Generate(random),
    };

    /// <summary>A fresh password: hexadecimal digits.</summary>
    public static Secret DrawPassword(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[ClientLimits.PasswordBytes];
        Span<byte> text = stackalloc byte[2 * ClientLimits.PasswordBytes];
        random.Fill(bytes);
        Convert.TryToHexStringLower(bytes, text, out _);
        var password = new Secret(text);
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(text);
        return password;
    }

    /// <summary>A fresh registration id, 1 to <see cref="ClientLimits.DrawnRegistrationId"/>.</summary>
    public static uint DrawRegistrationId(RandomSource random)
    {
        Span<byte> draw = stackalloc byte[2];
        uint id;
        do
        {
            random.Fill(draw);
            id = BinaryPrimitives.ReadUInt16LittleEndian(draw) & 0x3fffu;
        }
        while (id is 0 or > ClientLimits.DrawnRegistrationId);
        return id;
    }

    /// <summary>Who the device is, once that is known; the keys are its own from then on.</summary>
    public Self Become(ServiceId aci, ServiceId? pni, string? number, int device, byte[]? salt) => new()
    {
        Aci = aci,
        Pni = pni,
        Number = number,
        Device = device,
        Password = Password,
        RegistrationId = RegistrationId,
        PniRegistrationId = pni is null ? 0 : PniRegistrationId,
        AciIdentity = AciIdentity,
        PniIdentity = pni is null ? null : PniIdentity,
        ProfileKey = ProfileKey,
        EntropyPool = EntropyPool,
        CredentialSalt = salt,
    };

    /// <summary>Clears the keys.</summary>
    public void Dispose()
    {
        Password.Dispose();
        AciIdentity.Dispose();
        PniIdentity?.Dispose();
        ProfileKey.Dispose();
        EntropyPool.Dispose();
    }
}
