using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using Fluister.Archive.SignalDesktop.Keys.DBus;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>How a secret crosses the bus: encrypted under a key agreed for this session, or plain where the service cannot.</summary>
/// <remarks>freedesktop.org Secret Service API, "Transfer of Secrets": dh-ietf1024-sha256-aes128-cbc-pkcs7 and plain.</remarks>
internal sealed class SecretServiceSession : IDisposable
{
    private const string Encrypted = "dh-ietf1024-sha256-aes128-cbc-pkcs7";
    private const int PrimeLength = 128;

    /// <summary>The Second Oakley Group, RFC 2409, section 6.2; the generator is 2.</summary>
    private static readonly BigInteger s_prime = BigInteger.Parse(
        "0FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A"
        + "08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A6"
        + "37ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
        NumberStyles.HexNumber,
        CultureInfo.InvariantCulture);

    private readonly Secret? _key;

    private SecretServiceSession(string path, Secret? key) => (Path, _key) = (path, key);

    /// <summary>The session's object.</summary>
    public string Path { get; }

    /// <summary>True where secrets cross the bus encrypted.</summary>
    public bool IsEncrypted => _key is not null;

    /// <summary>Opens a session, encrypted where the service can.</summary>
    public static SecretServiceSession Open(DBusConnection bus)
    {
        try
        {
            return OpenEncrypted(bus);
        }
        catch (DBusException e) when (e.ErrorName is not null and not "org.freedesktop.DBus.Error.ServiceUnknown")
        {
            using var reply = bus.Call(
                SecretService.Service,
                SecretService.Root,
                "org.freedesktop.Secret.Service.OpenSession",
                "sv",
                writer => writer.String("plain").Signature("s").String(""));
            var body = reply.Body("vo");
            body.Variant("s");
            body.Text();
            return new SecretServiceSession(body.String(), key: null);
        }
    }

    /// <summary>The secret's own bytes.</summary>
    /// <exception cref="DBusException">They were not encrypted with this session's key.</exception>
    public Secret Decrypt(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> value)
    {
        if (_key is null)
        {
            return new Secret(value);
        }

        if (parameters.Length != 16)
        {
            throw DBusReader.Malformed();
        }

        var plain = GC.AllocateUninitializedArray<byte>(value.Length, pinned: true);
        try
        {
            using var aes = Aes.Create();
            aes.SetKey(_key.Reveal());
            return new Secret(plain.AsSpan(0, aes.DecryptCbc(value, parameters, plain)));
        }
        catch (CryptographicException e)
        {
            throw new DBusException("it sent a secret that this session cannot decrypt", e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>A secret's bytes as they cross the bus, and the parameters that go with them.</summary>
    public (byte[] Parameters, byte[] Value) Encrypt(ReadOnlySpan<byte> secret)
    {
        if (_key is null)
        {
            return ([], secret.ToArray());
        }

        var iv = RandomNumberGenerator.GetBytes(16);
        using var aes = Aes.Create();
        aes.SetKey(_key.Reveal());
        return (iv, aes.EncryptCbc(secret, iv));
    }

    public void Dispose() => _key?.Dispose();

    /// <summary>The key that both sides get from the shared number: HKDF of SHA-256, neither salt nor info.</summary>
    internal static Secret DeriveKey(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey)
    {
        var peer = new BigInteger(peerPublicKey, isUnsigned: true, isBigEndian: true);
        if (peer <= BigInteger.One || peer >= s_prime - BigInteger.One)
        {
            throw new DBusException("it sent a public key that gives its secrets away");
        }

        Span<byte> shared = stackalloc byte[PrimeLength];
        Span<byte> key = stackalloc byte[16];
        Power(peer, privateKey, shared);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, key, [], []);
        var secret = new Secret(key);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(key);
        return secret;
    }

    /// <summary>2 to the power of the private key, in 128 bytes.</summary>
    internal static byte[] PublicKey(ReadOnlySpan<byte> privateKey)
    {
        var key = new byte[PrimeLength];
        Power(2, privateKey, key);
        return key;
    }

    // BigInteger takes a time that depends on the exponent; the exponent lives for one session between two processes of one person.
    private static void Power(BigInteger number, ReadOnlySpan<byte> exponent, Span<byte> result)
    {
        var power = BigInteger.ModPow(number, new BigInteger(exponent, isUnsigned: true, isBigEndian: true), s_prime);
        result.Clear();
        power.TryWriteBytes(result[(PrimeLength - power.GetByteCount(isUnsigned: true))..], out _, isUnsigned: true, isBigEndian: true);
    }

    private static SecretServiceSession OpenEncrypted(DBusConnection bus)
    {
        Span<byte> privateKey = stackalloc byte[PrimeLength];
        RandomNumberGenerator.Fill(privateKey);
        try
        {
            var publicKey = PublicKey(privateKey);
            using var reply = bus.Call(
                SecretService.Service,
                SecretService.Root,
                "org.freedesktop.Secret.Service.OpenSession",
                "sv",
                writer => writer.String(Encrypted).Signature("ay").Bytes(publicKey));
            var body = reply.Body("vo");
            body.Variant("ay");
            var peer = body.Bytes();
            return new SecretServiceSession(body.String(), DeriveKey(privateKey, peer));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }
}
