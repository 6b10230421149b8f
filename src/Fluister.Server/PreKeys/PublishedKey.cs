using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Server.Requests;

namespace Fluister.Server.PreKeys;

/// <summary>A key that a device has published; a signature is there unless it is a one-time EC key.</summary>
internal sealed record PublishedKey(uint Id, byte[] Public, byte[]? Signature)
{
    /// <summary>A one-time EC key, if it is a key at all.</summary>
    /// <exception cref="RefusedException">422.</exception>
    public static PublishedKey OneTime(uint id, byte[]? key)
    {
        Check(() => PublicKey.Read(key));
        return new PublishedKey(id, key!, null);
    }

    /// <summary>A signed EC key, if it is one and the identity key has signed it.</summary>
    /// <exception cref="RefusedException">422.</exception>
    public static PublishedKey Signed(uint id, byte[]? key, byte[]? signature, IdentityKey identity)
    {
        Check(() => PublicKey.Read(key));
        return Verified(id, key!, signature, identity);
    }

    /// <summary>A KEM key, one-time or of last resort, if it is one and the identity key has signed it.</summary>
    /// <exception cref="RefusedException">422.</exception>
    public static PublishedKey Kem(uint id, byte[]? key, byte[]? signature, IdentityKey identity)
    {
        Check(() => KemPublicKey.Read(key));
        return Verified(id, key!, signature, identity);
    }

    private static PublishedKey Verified(uint id, byte[] key, byte[]? signature, IdentityKey identity) =>
        identity.Verify(key, signature) ? new PublishedKey(id, key, signature) : throw new RefusedException(422);

    private static void Check(Func<object> read)
    {
        try
        {
            read();
        }
        catch (ProtocolException)
        {
            throw new RefusedException(422);
        }
    }
}
