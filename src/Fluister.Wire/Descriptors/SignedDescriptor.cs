using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fluister.Cryptography;
using Fluister.Protocol.Keys;

namespace Fluister.Wire.Descriptors;

/// <summary>A server's descriptor with the signature of its identity key: a document with all that a client or another server must know
/// of it.</summary>
public static class SignedDescriptor
{
    /// <summary>Where a server publishes it.</summary>
    public const string Path = "/.well-known/fluister";

    /// <summary>The form that this program writes and reads.</summary>
    public const int Format = 1;

    /// <summary>Stands before the descriptor in what is signed, so that the signature is good for nothing else.</summary>
    private static ReadOnlySpan<byte> Purpose => "Fluister descriptor 1\0"u8;

    /// <summary>Signs a descriptor.</summary>
    /// <param name="descriptor">Its bytes.</param>
    /// <param name="key">The server's identity key of today.</param>
    /// <param name="random">For the signature.</param>
    public static byte[] Sign(byte[] descriptor, PrivateKey key, RandomSource random) => JsonSerializer.SerializeToUtf8Bytes(
        new SignedDescriptorJson(descriptor, key.Sign([.. Purpose, .. descriptor], random)),
        DescriptorJsonContext.Default.SignedDescriptorJson);

    /// <summary>The descriptor, if a key has signed it, or one that it handed on to; none otherwise. When it was made does not
    /// matter.</summary>
    public static DescriptorJson? Read(ReadOnlySpan<byte> signed, PublicKey genesis) =>
        Read(signed, genesis, out var said) == DescriptorFault.None ? said : null;

    /// <summary>Reads a descriptor, and says what is wrong with it.</summary>
    /// <param name="signed">As it was published.</param>
    /// <param name="genesis">The server's first identity key.</param>
    /// <param name="known">What it said before, if anything: what is older than that is a rollback, and the same is not.</param>
    /// <param name="now">The time.</param>
    /// <param name="said">The descriptor; there is one if nothing is wrong.</param>
    public static DescriptorFault TryRead(
        ReadOnlySpan<byte> signed, PublicKey genesis, DescriptorJson? known, DateTimeOffset now, out DescriptorJson? said)
    {
        var fault = Read(signed, genesis, out said);
        if (fault == DescriptorFault.None && known is not null
            && (said!.Sequence < known.Sequence || !KeyHistory.Continues(said.Keys, known.Keys)))
        {
            fault = DescriptorFault.Rollback;
        }
        else if (fault == DescriptorFault.None && said!.Expires < now.ToUnixTimeMilliseconds())
        {
            fault = DescriptorFault.Expired;
        }

        said = fault == DescriptorFault.None ? said : null;
        return fault;
    }

    /// <summary>The key that a server signs with today, by a descriptor that was believed.</summary>
    public static PublicKey CurrentKey(DescriptorJson said) => PublicKey.Read(said.Keys is [.., var last] ? last.Key : said.IdentityKey);

    /// <summary>The key that a descriptor names as its server's, which nothing vouches for yet; none where it names none.</summary>
    public static PublicKey? ReadClaimedKey(ReadOnlySpan<byte> signed)
    {
        try
        {
            var given = Parse(signed, DescriptorJsonContext.Default.SignedDescriptorJson);
            var read = given is null ? null : Parse(given.Descriptor, DescriptorJsonContext.Default.DescriptorJson);
            return read is null ? null : PublicKey.Read(read.IdentityKey);
        }
        catch (Protocol.ProtocolException)
        {
            return null;
        }
    }

    private static DescriptorFault Read(ReadOnlySpan<byte> signed, PublicKey genesis, out DescriptorJson? said)
    {
        said = null;
        if (Parse(signed, DescriptorJsonContext.Default.SignedDescriptorJson) is not { } given
            || Signer(given.Descriptor, genesis) is not { } key
            || !key.Verify([.. Purpose, .. given.Descriptor], given.Signature))
        {
            return DescriptorFault.WrongKey;
        }

        said = Parse(given.Descriptor, DescriptorJsonContext.Default.DescriptorJson);
        return said?.Format == Format && genesis.Serialized.SequenceEqual(said.IdentityKey)
            ? DescriptorFault.None
            : DescriptorFault.Malformed;
    }

    // The one thing that is read before the signature is checked: which key that must be of.
    private static PublicKey? Signer(byte[] descriptor, PublicKey genesis)
    {
        try
        {
            return KeyHistory.Walk(genesis, Parse(descriptor, DescriptorJsonContext.Default.DescriptorKeysJson)?.Keys);
        }
        catch (Protocol.ProtocolException)
        {
            return null;
        }
    }

    private static T? Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
