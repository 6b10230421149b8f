using System.Text;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Keys;
using Fluister.Server.Accounts;
using Fluister.Server.PreKeys;
using Fluister.Server.Requests;

namespace Fluister.ServerTests;

/// <summary>An account with the secrets of its devices, which the server does not have.</summary>
internal sealed record TestAccount(Account Account, IdentityKeyPair Aci, IdentityKeyPair Pni)
{
    /// <summary>Every device's password.</summary>
    public const string Password = "a password of a test";

    /// <summary>Its access key.</summary>
    public static byte[] AccessKey { get; } = [.. Enumerable.Range(1, 16).Select(value => (byte)value)];

    /// <summary>The account's id.</summary>
    public ServiceId Id => ServiceId.Aci(Account.Aci);

    /// <summary>The primary as a caller.</summary>
    public Caller Caller => new(Account, Account.Devices[0]);

    /// <summary>The header of a device.</summary>
    public string Authorization(int device = Device.Primary, string password = Password) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Account.Aci}.{device}:{password}"));

    /// <summary>The identity key pair of one of its ids.</summary>
    public IdentityKeyPair Identity(ServiceIdKind kind) => kind == ServiceIdKind.Aci ? Aci : Pni;

    /// <summary>A fresh one-time EC key.</summary>
    public static PublishedKey OneTime(uint id)
    {
        using var pair = KeyPair.Generate(RandomSource.System);
        return new PublishedKey(id, pair.Public.Serialized.ToArray(), null);
    }

    /// <summary>A fresh signed EC key.</summary>
    public PublishedKey Signed(uint id, ServiceIdKind kind = ServiceIdKind.Aci)
    {
        using var pair = KeyPair.Generate(RandomSource.System);
        return Sign(id, pair.Public.Serialized, kind);
    }

    /// <summary>A fresh KEM key.</summary>
    public PublishedKey Kem(uint id, ServiceIdKind kind = ServiceIdKind.Aci)
    {
        using var pair = KemKeyPair.Generate(RandomSource.System);
        return Sign(id, pair.Public.Serialized, kind);
    }

    private PublishedKey Sign(uint id, ReadOnlySpan<byte> key, ServiceIdKind kind) =>
        new(id, key.ToArray(), Identity(kind).Private.Sign(key, RandomSource.System));
}
