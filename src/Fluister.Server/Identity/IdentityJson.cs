using System.Text.Json.Serialization;

namespace Fluister.Server.Identity;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ServerKeysJson))]
internal sealed partial class IdentityJson : JsonSerializerContext;
