using System.Text.Json;

namespace Fluister.InteropTests.Libsignal;

/// <summary>The official package refused; with its own name and code of the error.</summary>
public sealed class LibsignalException(string name, int code, string message) : Exception($"{name}: {message}")
{
    /// <summary>The name, such as DuplicatedMessage; LibSignalError where it has none of its own.</summary>
    public string Name { get; } = name;

    /// <summary>The code; 0 where it has none of its own, -1 where the oracle refused and not the package.</summary>
    public int Code { get; } = code;

    /// <summary>The package's sentence.</summary>
    public string Said { get; } = message;

    /// <summary>What else the error holds, by the package's names: entries (devices that do not match), retryAfterSecs.</summary>
    public JsonElement Details { get; init; }
}
