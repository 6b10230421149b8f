using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.Attachments;

/// <summary>The key of one attachment: 32 bytes for AES-256-CBC, then 32 for HMAC-SHA256.</summary>
public sealed class AttachmentKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Bytes = 64;

    private readonly Secret _key;

    /// <summary>Takes 64 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: not 64 bytes.</exception>
    public AttachmentKey(ReadOnlySpan<byte> key) => _key = KeyBytes.Take(key, Bytes, "An attachment's key");

    /// <summary>A fresh key. One key encrypts one attachment.</summary>
    public static AttachmentKey Generate(RandomSource random)
    {
        using var secret = random.Secret(Bytes);
        return new AttachmentKey(secret.Reveal());
    }

    /// <summary>The 64 bytes, for messages.</summary>
    public ReadOnlySpan<byte> Reveal() => _key.Reveal();

    internal ReadOnlySpan<byte> Cipher => _key.Reveal()[..32];

    internal ReadOnlySpan<byte> Mac => _key.Reveal()[32..];

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();
}
