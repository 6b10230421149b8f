using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fluister.Server.Requests;

namespace Fluister.ServerTests;

/// <summary>JSON as tests write and read it: by the names that go over the wire, not by our types.</summary>
internal static class Json
{
    /// <summary>A body.</summary>
    public static ReadOnlyMemory<byte> Body(object value) => JsonSerializer.SerializeToUtf8Bytes(value);

    /// <summary>A body of text.</summary>
    public static ReadOnlyMemory<byte> Text(string json) => Encoding.UTF8.GetBytes(json);

    /// <summary>What was answered.</summary>
    public static JsonNode Read(this Response response) => JsonNode.Parse(response.Body.Span)!;
}
