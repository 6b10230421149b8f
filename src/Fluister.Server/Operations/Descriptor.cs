using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Fluister.Server.Identity;
using Fluister.Wire.Descriptors;

namespace Fluister.Server.Operations;

/// <summary>What this server says of itself in its descriptor.</summary>
internal static class Descriptor
{
    /// <summary>Versions of the wire between servers that this program speaks.</summary>
    public static readonly IReadOnlyList<int> FederationVersions = [1];

    /// <summary>What it can do beside what each version has.</summary>
    public static readonly IReadOnlyList<string> FederationCapabilities = [];

    /// <summary>This program and its version.</summary>
    public static string Software { get; } = $"Fluister {ProgramBuild.Own.Version}";

    /// <summary>The descriptor, to be signed.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="port">That it listens on.</param>
    /// <param name="identity">The server's keys.</param>
    /// <param name="authority">The network's own authority; none where another one's certificate is used.</param>
    /// <param name="certificate">What it listens with.</param>
    /// <param name="now">The time, in which it is signed.</param>
    /// <param name="sequence">By which a later descriptor is known from an earlier one; the time in milliseconds by default.</param>
    /// <param name="build">The build that it is to state; this program's by default.</param>
    /// <param name="attestations">What rebuilders say of that.</param>
    public static byte[] Write(
        ServerOptions options,
        int port,
        ServerIdentity identity,
        X509Certificate2? authority,
        X509Certificate2 certificate,
        DateTimeOffset now,
        long? sequence = null,
        ProgramBuild? build = null,
        IReadOnlyList<BuildAttestation>? attestations = null)
    {
        build ??= ProgramBuild.Own;
        var url = options.BaseUrl(port).GetLeftPart(UriPartial.Authority);
        return JsonSerializer.SerializeToUtf8Bytes(
            new DescriptorJson(
                SignedDescriptor.Format,
                sequence ?? now.ToUnixTimeMilliseconds(),
                identity.Tag.ToString(),
                options.Domain,
                identity.Genesis.Public.Serialized.ToArray(),
                new DescriptorUrls(url, url, url),
                new DescriptorTls(
                    Convert.ToHexStringLower(SHA256.HashData((authority ?? certificate).PublicKey.ExportSubjectPublicKeyInfo())),
                    authority?.RawData),
                identity.Certificate.Serialized.ToArray(),
                [.. identity.TrustRoots.Select(root => root.Serialized.ToArray())],
                identity.Zk.Public.Write(),
                new DescriptorLimits(
                    ServerLimits.Devices,
                    ServerLimits.MessageContent,
                    ServerLimits.OneTimePreKeys,
                    (long)ServerLimits.MessageAge.TotalSeconds),
                Software,
                options.Country,
                options.AbuseContact,
                identity.Keys,
                (now + ServerLimits.DescriptorAge).ToUnixTimeMilliseconds(),
                new DescriptorFederation(FederationVersions, FederationCapabilities, url),
                build.Build,
                build.SourceTree,
                attestations is { Count: > 0 } ? attestations : null),
            DescriptorJsonContext.Default.DescriptorJson);
    }
}
