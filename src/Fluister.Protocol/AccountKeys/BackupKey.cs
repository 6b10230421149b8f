using System.Security.Cryptography;
using Fluister.Cryptography;
using Fluister.Protocol.Addresses;
using Fluister.Protocol.Ciphers;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.AccountKeys;

/// <summary>The root of a backup's keys: of its messages (derived from the entropy pool) or of its media (drawn at random).</summary>
/// <remarks>Labels and lengths as libsignal's account-keys/backup.rs; HKDF-SHA256 throughout.</remarks>
public sealed class BackupKey : IDisposable
{
    /// <summary>Bytes of a key.</summary>
    public const int Bytes = 32;

    /// <summary>Bytes of the id by which a server knows a backup.</summary>
    public const int IdBytes = 16;

    /// <summary>Bytes of the id by which a server knows one file of a backup's media.</summary>
    public const int MediaIdBytes = 15;

    /// <summary>Bytes of the key of one file of media: 32 for HMAC-SHA256, then 32 for AES-256-CBC.</summary>
    public const int MediaKeyBytes = 64;

    private readonly Secret _key;

    /// <summary>Takes 32 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key: not 32 bytes.</exception>
    public BackupKey(ReadOnlySpan<byte> key) => _key = KeyBytes.Take(key, Bytes, "A backup key");

    /// <summary>A fresh key, for media.</summary>
    public static BackupKey Generate(RandomSource random)
    {
        using var secret = random.Secret(Bytes);
        return new BackupKey(secret.Reveal());
    }

    /// <summary>The 32 bytes, for records.</summary>
    public ReadOnlySpan<byte> Reveal() => _key.Reveal();

    /// <summary>By which id a server knows the account's backup, 16 bytes.</summary>
    public byte[] BackupId(ServiceId aci)
    {
        var id = new byte[IdBytes];
        Derivation.Expand(_key.Reveal(), [], "20241024_SIGNAL_BACKUP_ID:"u8, AciBytes(aci), id);
        return id;
    }

    /// <summary>The key that signs for the account's backup before the server.</summary>
    public PrivateKey SigningKey(ServiceId aci)
    {
        using var scalar = Derive([], "20241024_SIGNAL_BACKUP_ID_KEYPAIR:"u8, AciBytes(aci), 32);
        return new PrivateKey(scalar.Reveal());
    }

    /// <summary>The key of what a backup on one's own disk says of itself, 32 bytes.</summary>
    public Secret LocalMetadataKey() => Derive([], "20241011_SIGNAL_LOCAL_BACKUP_METADATA_KEY"u8, [], 32);

    /// <summary>By which id a server knows a file of media, 15 bytes.</summary>
    public byte[] MediaId(string name)
    {
        var id = new byte[MediaIdBytes];
        Derivation.Expand(_key.Reveal(), [], "20241007_SIGNAL_BACKUP_MEDIA_ID:"u8, System.Text.Encoding.UTF8.GetBytes(name), id);
        return id;
    }

    /// <summary>The key of a file of media, 64 bytes.</summary>
    /// <param name="mediaId">The file's id, 15 bytes.</param>
    public Secret MediaKey(ReadOnlySpan<byte> mediaId)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mediaId.Length, MediaIdBytes);
        return Derive([], "20241007_SIGNAL_BACKUP_ENCRYPT_MEDIA:"u8, mediaId, MediaKeyBytes);
    }

    /// <summary>The key under which a thumbnail travels to the server, 64 bytes.</summary>
    /// <param name="mediaId">The thumbnail's id, 15 bytes.</param>
    public Secret ThumbnailTransitKey(ReadOnlySpan<byte> mediaId)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mediaId.Length, MediaIdBytes);
        return Derive([], "20241030_SIGNAL_BACKUP_ENCRYPT_THUMBNAIL:"u8, mediaId, MediaKeyBytes);
    }

    /// <summary>The password that guards a backup's forward secrecy token in secure value recovery, 32 bytes.</summary>
    public Secret ForwardSecrecyPassword(ReadOnlySpan<byte> salt) => Derive(salt, "Signal Message Backup 20250627:SVR PIN"u8, [], 32);

    /// <summary>The key that encrypts a backup's forward secrecy token: 32 bytes for the cipher, then 32 for HMAC-SHA256.</summary>
    public Secret ForwardSecrecyKey(ReadOnlySpan<byte> salt) =>
        Derive(salt, "Signal Message Backup 20250627:BackupForwardSecrecyToken Encryption Key"u8, [], 64);

    /// <summary>Clears the key.</summary>
    public void Dispose() => _key.Dispose();

    private static byte[] AciBytes(ServiceId aci) => aci.Kind == ServiceIdKind.Aci
        ? aci.ToBytes()
        : throw new ArgumentException("A backup belongs to an ACI.", nameof(aci));

    private Secret Derive(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, int length)
    {
        Span<byte> bytes = stackalloc byte[length];
        Derivation.Expand(_key.Reveal(), salt, label, context, bytes);
        var secret = new Secret(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return secret;
    }
}
