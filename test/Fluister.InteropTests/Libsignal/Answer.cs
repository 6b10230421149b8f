using System.Text.Json;

namespace Fluister.InteropTests.Libsignal;

/// <summary>What an answer of the official package holds, by name.</summary>
internal static class Answer
{
    /// <summary>Bytes; the answer itself where no name is given.</summary>
    public static byte[] Bytes(this JsonElement answer, string? name = null) =>
        (name is null ? answer : answer.GetProperty(name)).GetProperty("$").GetBytesFromBase64();

    /// <summary>Bytes, or null where there are none.</summary>
    public static byte[]? BytesOrNull(this JsonElement answer, string? name = null)
    {
        var value = name is null ? answer : answer.GetProperty(name);
        return value.ValueKind == JsonValueKind.Null ? null : value.Bytes();
    }

    /// <summary>A number.</summary>
    public static long Number(this JsonElement answer, string name) => answer.GetProperty(name).GetInt64();

    /// <summary>A number; 0 where the member is not there.</summary>
    public static long NumberOr(this JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) ? value.GetInt64() : 0;

    /// <summary>A number, or null where there is none.</summary>
    public static long? NumberOrNull(this JsonElement answer, string name)
    {
        var value = answer.GetProperty(name);
        return value.ValueKind == JsonValueKind.Null ? null : value.GetInt64();
    }

    /// <summary>Text.</summary>
    public static string Text(this JsonElement answer, string name) => answer.GetProperty(name).GetString()!;

    /// <summary>Text, or null where there is none.</summary>
    public static string? TextOrNull(this JsonElement answer, string name) => answer.GetProperty(name).GetString();
}
