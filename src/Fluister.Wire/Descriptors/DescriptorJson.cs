using System.Text.Json.Serialization;

namespace Fluister.Wire.Descriptors;

/// <summary>What a server says of itself to clients, to recipes that build clients, and to other servers.</summary>
/// <remarks><c>ZkParams</c> are what clients call the server's public params: 673 bytes.</remarks>
public sealed record DescriptorJson(
    int Format,
    long Sequence,
    string Tag,
    string Domain,
    byte[] IdentityKey,
    DescriptorUrls Urls,
    DescriptorTls Tls,
    byte[] ServerCertificate,
    IReadOnlyList<byte[]> TrustRoots,
    byte[] ZkParams,
    DescriptorLimits Limits,
    string Software,
    string? Country = null,
    string? AbuseContact = null);

/// <summary>Where each service is; today all are one.</summary>
public sealed record DescriptorUrls(string Chat, string Storage, string Attachments);

/// <summary>How clients know the server: the authority that they trust (none where another one's certificate is used), and the hash
/// (SHA-256) of the authority's or else the certificate's SubjectPublicKeyInfo.</summary>
public sealed record DescriptorTls(string Pin, byte[]? Authority = null);

/// <summary>What clients and other servers must keep to.</summary>
public sealed record DescriptorLimits(int Devices, int MessageContent, int OneTimePreKeys, long MessageSeconds);

/// <summary>A descriptor's bytes, JSON themselves, with the identity key's signature over them.</summary>
public sealed record SignedDescriptorJson(byte[] Descriptor, byte[] Signature);

/// <summary>The JSON of descriptors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DescriptorJson))]
[JsonSerializable(typeof(SignedDescriptorJson))]
public sealed partial class DescriptorJsonContext : JsonSerializerContext;
