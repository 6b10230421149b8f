using System.Buffers.Text;
using System.Text.Json;

namespace Fluister.Wire.Json;

/// <summary>Bytes as base64url without padding, as usernames' hashes and proofs are written; read as leniently as the others.</summary>
public sealed class Base64UrlConverter : Base64Converter
{
    /// <summary>Writes base64url.</summary>
    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Base64Url.EncodeToString(value));
}
