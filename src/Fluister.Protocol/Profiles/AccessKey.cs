using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.Profiles;

/// <summary>What shows the server that a sender knows the recipient's profile key, without saying who the sender is.</summary>
public sealed class AccessKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Bytes = 16;

    private readonly Secret _key;

    /// <summary>Takes 16 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: not 16 bytes.</exception>
    public AccessKey(ReadOnlySpan<byte> key) => _key = KeyBytes.Take(key, Bytes, "An access key");

    /// <summary>The 16 bytes, for the request.</summary>
    public ReadOnlySpan<byte> Reveal() => _key.Reveal();

    /// <summary>What the server shows to prove that it knows the key too: HMAC-SHA256 of 32 zeros.</summary>
    public byte[] Verifier()
    {
        Span<byte> zeros = stackalloc byte[32];
        zeros.Clear();
        return HMACSHA256.HashData(_key.Reveal(), zeros);
    }

    /// <summary>Whether a verifier was made with this key.</summary>
    public bool Matches(ReadOnlySpan<byte> verifier) => CryptographicOperations.FixedTimeEquals(Verifier(), verifier);

    /// <summary>Compares in fixed time, as a server does with the key of a request.</summary>
    public bool FixedTimeEquals(AccessKey other) => _key.FixedTimeEquals(other._key);

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();
}
