using System.Text.Json;
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
    public static byte[] Sign(byte[] descriptor, PrivateKey genesis, RandomSource random) => JsonSerializer.SerializeToUtf8Bytes(
        new SignedDescriptorJson(descriptor, genesis.Sign([.. Purpose, .. descriptor], random)),
        DescriptorJsonContext.Default.SignedDescriptorJson);

    /// <summary>The descriptor, if a key has signed it; none otherwise.</summary>
    public static DescriptorJson? Read(ReadOnlySpan<byte> signed, PublicKey genesis)
    {
        try
        {
            var given = JsonSerializer.Deserialize(signed, DescriptorJsonContext.Default.SignedDescriptorJson);
            return given is not null && genesis.Verify([.. Purpose, .. given.Descriptor], given.Signature)
                ? JsonSerializer.Deserialize(given.Descriptor, DescriptorJsonContext.Default.DescriptorJson)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The key that a descriptor names as its server's, which nothing vouches for yet; none where it names none.</summary>
    public static PublicKey? ReadClaimedKey(ReadOnlySpan<byte> signed)
    {
        try
        {
            var given = JsonSerializer.Deserialize(signed, DescriptorJsonContext.Default.SignedDescriptorJson);
            var read = given is null ? null : JsonSerializer.Deserialize(given.Descriptor, DescriptorJsonContext.Default.DescriptorJson);
            return read is null ? null : PublicKey.Read(read.IdentityKey);
        }
        catch (Exception wrong) when (wrong is JsonException or Protocol.ProtocolException)
        {
            return null;
        }
    }
}
