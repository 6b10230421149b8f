using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Fluister.Cryptography;
using Fluister.Protocol.Attachments;

namespace Fluister.Client.Attachments;

/// <summary>An upload as it can be kept and gone on with, after a crash too: the same key and nonce give the same bytes.</summary>
/// <remarks>The key stands in it: it belongs into the encrypted store alone.</remarks>
/// <param name="Key">64 bytes.</param>
/// <param name="Nonce">16 bytes.</param>
/// <param name="Size">Bytes of the plain file.</param>
/// <param name="PlaintextHash">SHA-256 of the plain file, hexadecimal: another file under the same name is not gone on with.</param>
/// <param name="HasChunks">Whether chunks have MACs of their own.</param>
internal sealed record UploadState(byte[] Key, byte[] Nonce, long Size, string PlaintextHash, bool HasChunks)
{
    private const int NonceBytes = 16;

    /// <summary>Which storage, by Signal's number.</summary>
    public int Cdn { get; init; }

    /// <summary>The file's key there; null before a form was given.</summary>
    public string? CdnKey { get; init; }

    /// <summary>Where it is uploaded to.</summary>
    public Uri? Location { get; init; }

    /// <summary>The right to upload.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>When the form was given, in milliseconds of Unix time.</summary>
    public long FormAt { get; init; }

    /// <summary>Bytes that travel.</summary>
    [JsonIgnore]
    public long EncryptedSize => AttachmentSize.Encrypted(Size);

    /// <summary>A fresh one for a file.</summary>
    public static UploadState For(LocalFile file, bool hasChunks, RandomSource random)
    {
        using var key = AttachmentKey.Generate(random);
        var nonce = new byte[NonceBytes];
        random.Fill(nonce);
        return new UploadState(key.Reveal().ToArray(), nonce, file.Size, file.PlaintextHash, hasChunks);
    }

    /// <summary>Reads one that was kept; none where it is of another file, or makes no sense.</summary>
    public static UploadState? Read(string? kept, LocalFile file)
    {
        try
        {
            var read = kept is null ? null : JsonSerializer.Deserialize(kept, UploadJson.Default.UploadState);
            var isSound = read is { Key.Length: AttachmentKey.Bytes, Nonce.Length: NonceBytes };
            return isSound && read!.Size == file.Size && read.PlaintextHash == file.PlaintextHash ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As text, to be kept.</summary>
    public string Write() => JsonSerializer.Serialize(this, UploadJson.Default.UploadState);

    /// <summary>Begins to encrypt from the first byte, always to the same bytes.</summary>
    public AttachmentEncryptor Encrypt()
    {
        using var key = new AttachmentKey(Key);
        return new AttachmentEncryptor(key, new GivenNonce(Nonce), HasChunks ? Size : null);
    }

    // The encryptor draws nothing but the nonce.
    private sealed class GivenNonce(byte[] nonce) : RandomSource
    {
        public override void Fill(Span<byte> bytes)
        {
            if (bytes.Length != nonce.Length)
            {
                throw new CryptographicException("A nonce has another length.");
            }

            nonce.CopyTo(bytes);
        }
    }
}

/// <summary>The JSON of an upload.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(UploadState))]
internal sealed partial class UploadJson : JsonSerializerContext;
