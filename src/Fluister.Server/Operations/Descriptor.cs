using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Fluister.Server.Identity;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Operations;

/// <summary>What this server says of itself in its descriptor.</summary>
internal static class Descriptor
{
    /// <summary>The descriptor, to be signed. The sequence is the time, so that a later descriptor is known
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
                SignedDescriptor.Format,
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
}
