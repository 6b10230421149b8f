namespace Fluister.Protocol.Keys;

/// <summary>The long-lived key by which an account is known: a public key that no other kind of key can stand in for.</summary>
public readonly record struct IdentityKey(PublicKey Key)
{
    /// <summary>Reads 33 bytes.</summary>
    /// <exception cref="ProtocolException">Bad key.</exception>
    public static IdentityKey Read(ReadOnlySpan<byte> bytes) => new(PublicKey.Read(bytes));

    /// <summary>Type byte and point, 33 bytes.</summary>
    public ReadOnlySpan<byte> Serialized => Key.Serialized;

    /// <summary>Whether the account made a signature.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Key.Verify(message, signature);
}
