using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Protocol.Identity;

/// <summary>A PNI signature: the identity key of an account's phone number says that the account's own identity key belongs to
/// the same account (libsignal, identity_key.rs).</summary>
public static class AlternateIdentity
{
    private const int Ones = 32;

    private static ReadOnlySpan<byte> Label => "Signal_PNI_Signature"u8;

    /// <summary>Signs, with the one identity, that the other is the same account's, 64 bytes.</summary>
    public static byte[] Sign(IdentityKeyPair identity, IdentityKey other, RandomSource random) =>
        identity.Private.Sign(Statement(other), random);

    /// <summary>Whether a trusted identity signed that the other is the same account's.</summary>
    public static bool Verify(IdentityKey trusted, IdentityKey other, ReadOnlySpan<byte> signature) =>
        trusted.Verify(Statement(other), signature);

    // The ones keep it apart from signatures of keys (the point of no key begins so), the label from other statements.
    private static byte[] Statement(IdentityKey other)
    {
        var statement = new byte[Ones + Label.Length + PublicKey.SerializedBytes];
        statement.AsSpan(0, Ones).Fill(0xff);
        Label.CopyTo(statement.AsSpan(Ones));
        other.Serialized.CopyTo(statement.AsSpan(Ones + Label.Length));
        return statement;
    }
}
