using System.Text.Json;

namespace Fluister.Tests.Protocol;

/// <summary>Reads the golden files that test/libsignal/golden.mjs made with the official package.</summary>
internal static class Golden
{
    public static JsonElement Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Protocol", "golden", name + ".json"));
        using var document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }

    /// <summary>Bytes in base64.</summary>
    public static byte[] Bytes(this JsonElement element, string property) => element.GetProperty(property).GetBytesFromBase64();

    /// <summary>Bytes in base64, or none where they are null or left out.</summary>
    public static byte[]? BytesOrNull(this JsonElement element, string property) =>
        element.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetBytesFromBase64() : null;
}
