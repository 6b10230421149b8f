using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Cryptography.Proofs;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.Profiles;

/// <summary>The key that an account's profile is encrypted with, which it gives to the people it writes to.</summary>
public sealed class ProfileKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Bytes = 32;

    private readonly Secret _key;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: not 32 bytes.</exception>
    public ProfileKey(ReadOnlySpan<byte> key) => _key = KeyBytes.Take(key, Bytes, "A profile key");

    /// <summary>A fresh key.</summary>
    public static ProfileKey Generate(RandomSource random)
    {
        using var secret = random.Secret(Bytes);
        return new ProfileKey(secret.Reveal());
    }

    /// <summary>The 32 bytes, for records and messages.</summary>
    public ReadOnlySpan<byte> Reveal() => _key.Reveal();

    /// <summary>The key that lets its holders write to the account without naming themselves (zkgroup, derive_access_key).</summary>
    public AccessKey AccessKey()
    {
        // The first block of AES-GCM's key stream under a zero nonce: AES of the counter 2.
        Span<byte> block = stackalloc byte[Profiles.AccessKey.Bytes];
        block.Clear();
        block[^1] = 2;
        using var aes = Aes.Create();
        aes.SetKey(_key.Reveal());
        aes.EncryptEcb(block, block, PaddingMode.None);
        var key = new AccessKey(block);
        CryptographicOperations.ZeroMemory(block);
        return key;
    }

    /// <summary>By which name the server keeps the profile of this key: 64 hexadecimal digits (zkgroup, get_profile_key_version).</summary>
    /// <param name="aci">The account.</param>
    public string Version(ServiceId aci)
    {
        if (aci.Kind != ServiceIdKind.Aci)
        {
            throw new ArgumentException("A profile belongs to an ACI.", nameof(aci));
        }

        Span<byte> input = stackalloc byte[Bytes + 16];
        _key.Reveal().CopyTo(input);
        aci.Uuid.TryWriteBytes(input[Bytes..], bigEndian: true, out _);
        using var sho = new ShoHmacSha256("Signal_ZKGroup_20200424_ProfileKeyAndUid_ProfileKey_GetProfileKeyVersion"u8);
        sho.AbsorbAndRatchet(input);
        CryptographicOperations.ZeroMemory(input);
        Span<byte> version = stackalloc byte[32];
        sho.SqueezeAndRatchet(version);
        return Convert.ToHexStringLower(version);
    }

    /// <summary>Compares in fixed time.</summary>
    public bool FixedTimeEquals(ProfileKey other) => _key.FixedTimeEquals(other._key);

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();
}
