using System.Text.Json.Serialization;

namespace Fluister.Server.Identity;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ServerKeysJson))]
[JsonSerializable(typeof(MembershipRequestJson))]
[JsonSerializable(typeof(SignedRequestJson))]
[JsonSerializable(typeof(NetworkMembershipJson))]
[JsonSerializable(typeof(NetworkRootJson))]
internal sealed partial class IdentityJson : JsonSerializerContext;
