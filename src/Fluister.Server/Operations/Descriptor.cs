using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Fluister.Cryptography;
using Fluister.Server.Identity;

namespace Fluister.Server.Operations;

/// <summary>The server's descriptor: a document that its identity key signs, with all that a client or another server must
/// know of it.</summary>
internal static class Descriptor
{
    private const int Format = 1;

    /// <summary>Stands before the descriptor in what is signed, so that the signature is good for nothing else.</summary>
    private static ReadOnlySpan<byte> Purpose => "Fluister descriptor 1\0"u8;

    /// <summary>What the server says of itself. The sequence is the time, so that a later descriptor is known
    /// from an earlier one.</summary>
    public static byte[] Write(
        ServerOptions options,
        int port,
        ServerIdentity identity,
        X509Certificate2? authority,
        X509Certificate2 certificate,
        DateTimeOffset now)
    {
        var url = options.BaseUrl(port).GetLeftPart(UriPartial.Authority);
        return JsonSerializer.SerializeToUtf8Bytes(
            new DescriptorJson(
                Format,
                now.ToUnixTimeMilliseconds(),
                identity.Tag.ToString(),
                options.Domain,
                identity.Genesis.Public.Serialized.ToArray(),
                new DescriptorUrls(url, url, url),
                new DescriptorTls(
                    Convert.ToHexStringLower(SHA256.HashData((authority ?? certificate).PublicKey.ExportSubjectPublicKeyInfo())),
                    authority?.RawData),
                identity.Certificate.Serialized.ToArray(),
                [identity.Root.Public.Serialized.ToArray()],
                identity.Zk.Public.Write(),
                new DescriptorLimits(
                    ServerLimits.Devices,
                    ServerLimits.MessageContent,
                    ServerLimits.OneTimePreKeys,
                    (long)ServerLimits.MessageAge.TotalSeconds),
                $"Fluister {typeof(Descriptor).Assembly.GetName().Version?.ToString(3)}",
                options.Country,
                options.AbuseContact),
            DescriptorJsonContext.Default.DescriptorJson);
    }

    /// <summary>Signs a descriptor.</summary>
    public static byte[] Sign(byte[] descriptor, ServerIdentity identity, RandomSource random) => JsonSerializer.SerializeToUtf8Bytes(
        new SignedDescriptorJson(descriptor, identity.Genesis.Private.Sign([.. Purpose, .. descriptor], random)),
        DescriptorJsonContext.Default.SignedDescriptorJson);

    /// <summary>The descriptor, if a key has signed it; none otherwise.</summary>
    public static DescriptorJson? Read(ReadOnlySpan<byte> signed, Fluister.Protocol.Keys.PublicKey key)
    {
        try
        {
            var given = JsonSerializer.Deserialize(signed, DescriptorJsonContext.Default.SignedDescriptorJson)!;
            return key.Verify([.. Purpose, .. given.Descriptor], given.Signature)
                ? JsonSerializer.Deserialize(given.Descriptor, DescriptorJsonContext.Default.DescriptorJson)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
