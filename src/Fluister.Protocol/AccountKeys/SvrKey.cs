using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;
using Fluister.Protocol.Storage;

namespace Fluister.Protocol.AccountKeys;

/// <summary>The key that secure value recovery keeps under a PIN; older texts call it the master key.</summary>
/// <remarks>What derives from it is HMAC-SHA256 of a label (libsignal, account-keys/lib.rs).</remarks>
public sealed class SvrKey : IDisposable
{
    /// <summary>Bytes of a key, and of all that derives from it.</summary>
    public const int Bytes = 32;

    private readonly Secret _key;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: not 32 bytes.</exception>
    public SvrKey(ReadOnlySpan<byte> key) => _key = KeyBytes.Take(key, Bytes, "An SVR key");

    /// <summary>The 32 bytes, for records.</summary>
    public ReadOnlySpan<byte> Reveal() => _key.Reveal();

    /// <summary>The token that a registration lock asks for; servers take it as 64 hexadecimal digits.</summary>
    public Secret RegistrationLock() => Derive("Registration Lock"u8);

    /// <summary>The password that registers the account again without a new proof of its number.</summary>
    public Secret RegistrationRecoveryPassword() => Derive("Registration Recovery"u8);

    /// <summary>The root key of what the storage service keeps.</summary>
    public StorageKey StorageKey()
    {
        using var key = Derive("Storage Service Encryption"u8);
        return new StorageKey(key.Reveal());
    }

    /// <summary>The key that hides identifiers in logs.</summary>
    public Secret LoggingKey() => Derive("Logging Key"u8);

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();

    private Secret Derive(ReadOnlySpan<byte> label)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        HMACSHA256.HashData(_key.Reveal(), label, bytes);
        var secret = new Secret(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return secret;
    }
}
