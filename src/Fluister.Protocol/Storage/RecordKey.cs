using Fluister.Cryptography;
using Fluister.Protocol.Ciphers;

namespace Fluister.Protocol.Storage;

/// <summary>The input of all items' keys, which the manifest carries (recordIkm), so that a new root key needs no new items.</summary>
public sealed class RecordKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Bytes = 32;

    private readonly Secret _key;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: not 32 bytes.</exception>
    public RecordKey(ReadOnlySpan<byte> key) => _key = KeyBytes.Take(key, Bytes, "A record key");

    /// <summary>A fresh key.</summary>
    public static RecordKey Generate(RandomSource random)
    {
        using var secret = random.Secret(Bytes);
        return new RecordKey(secret.Reveal());
    }

    /// <summary>The 32 bytes, for records.</summary>
    public ReadOnlySpan<byte> Reveal() => _key.Reveal();

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();
}
