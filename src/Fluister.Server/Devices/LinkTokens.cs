using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Fluister.Cryptography;
using Fluister.Server.Stores.Sqlite;
using Fluister.Wire;

namespace Fluister.Server.Devices;

/// <summary>Tokens by which a primary lets a device be linked: signed, for a few minutes, for one device.</summary>
/// <remarks>Nothing is stored for a token before it is used; then its hash is, until it would have expired.</remarks>
internal sealed class LinkTokens(ReadOnlyMemory<byte> serverKey, TimeProvider time, RandomSource random)
{
    private const int AciBytes = 16;
    private const int BodyBytes = AciBytes + sizeof(long) + 8;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, serverKey.ToArray(), HMACSHA256.HashSizeInBytes, info: "fluister link token"u8.ToArray());

    /// <summary>A fresh token for an account.</summary>
    public string Generate(Guid aci)
    {
        Span<byte> token = stackalloc byte[BodyBytes + HMACSHA256.HashSizeInBytes];
        aci.TryWriteBytes(token, bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(token[AciBytes..], (time.GetUtcNow() + ServerLimits.LinkToken).ToUnixTimeMilliseconds());
        random.Fill(token[(AciBytes + sizeof(long))..BodyBytes]);
        HMACSHA256.HashData(_key, token[..BodyBytes], token[BodyBytes..]);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>By what the primary waits for a token's use: a hash, so that it says nothing of the token.</summary>
    public static string Identifier(string token) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    /// <summary>Whether a text can be an identifier.</summary>
    public static bool IsIdentifier(string text)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        return Base64Text.TryRead(text, bytes);
    }

    /// <summary>The account whose token it is; none where it is not ours, or has expired.</summary>
    public Guid? Read(string text)
    {
        Span<byte> token = stackalloc byte[BodyBytes + HMACSHA256.HashSizeInBytes];
        if (!Base64Text.TryRead(text, token))
        {
            return null;
        }

        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, token[..BodyBytes], signature);
        return CryptographicOperations.FixedTimeEquals(signature, token[BodyBytes..])
            && BinaryPrimitives.ReadInt64BigEndian(token[AciBytes..]) > time.GetUtcNow().ToUnixTimeMilliseconds()
            ? new Guid(token[..AciBytes], bigEndian: true)
            : null;
    }

    /// <summary>Uses a token up; false where it was used before. Within somebody's transaction.</summary>
    public static bool Use(SqliteSession session, string token, DateTimeOffset now)
    {
        session.Run("DELETE FROM used_link_token WHERE expires < ?1", now.ToUnixTimeMilliseconds());
        return session.Run(
            "INSERT INTO used_link_token (id, expires) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            SHA256.HashData(Encoding.ASCII.GetBytes(token)),
            (now + ServerLimits.LinkToken).ToUnixTimeMilliseconds()) == 1;
    }
}
