using System.Text.Json.Serialization;

namespace Fluister.Wire.Descriptors;

/// <summary>What a server says of itself to clients, to recipes that build clients, and to other servers.</summary>
/// <remarks><c>IdentityKey</c> is the first that the server has had, by which it is known for ever; <c>Keys</c> are those after it, the
/// last of which signs. <c>ZkParams</c> are what clients call the server's public params: 673 bytes. <c>Sequence</c> and <c>Expires</c>
/// are milliseconds since 1970. <c>Build</c> is the hash of the program's build and <c>SourceTree</c> names what it says that it was
/// built of; <c>Attestations</c> are words of others on that. What may be absent came later than this form.</remarks>
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
    string? AbuseContact = null,
    IReadOnlyList<DescriptorKey>? Keys = null,
    long? Expires = null,
    DescriptorFederation? Federation = null,
    string? Build = null,
    string? SourceTree = null,
    IReadOnlyList<BuildAttestation>? Attestations = null);

/// <summary>A later identity key, with the signature of the one before it (<see cref="KeyHistory"/>).</summary>
public sealed record DescriptorKey(byte[] Key, byte[] Signature);

/// <summary>How other home servers speak to it: the versions of the wire, what it can do beside them, and where:
/// https://HOST:PORT</summary>
public sealed record DescriptorFederation(IReadOnlyList<int> Versions, IReadOnlyList<string> Capabilities, string Url);

/// <summary>Where each service is; today all are one.</summary>
public sealed record DescriptorUrls(string Chat, string Storage, string Attachments);

/// <summary>How clients know the server: the authority that they trust (none where another one's certificate is used), and the hash
/// (SHA-256) of the authority's or else the certificate's SubjectPublicKeyInfo.</summary>
public sealed record DescriptorTls(string Pin, byte[]? Authority = null);

/// <summary>What clients and other servers must keep to.</summary>
public sealed record DescriptorLimits(int Devices, int MessageContent, int OneTimePreKeys, long MessageSeconds);

/// <summary>Of a descriptor what says which key must have signed it.</summary>
public sealed record DescriptorKeysJson(IReadOnlyList<DescriptorKey>? Keys = null);

/// <summary>A descriptor's bytes, JSON themselves, with the identity key's signature over them.</summary>
public sealed record SignedDescriptorJson(byte[] Descriptor, byte[] Signature);

/// <summary>The JSON of descriptors.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(DescriptorJson))]
[JsonSerializable(typeof(SignedDescriptorJson))]
[JsonSerializable(typeof(DescriptorKeysJson))]
[JsonSerializable(typeof(BuildAttestation))]
[JsonSerializable(typeof(BuildStatementJson))]
[JsonSerializable(typeof(List<BuildAttestation>))]
public sealed partial class DescriptorJsonContext : JsonSerializerContext;
