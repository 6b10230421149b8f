using System.Text.Json.Serialization;

namespace Fluister.Server.Operations;

/// <summary>What stands first in a backup: which server's it is, and what each file must be.</summary>
internal sealed record BackupManifest(int Format, string Tag, DateTimeOffset Created, int Schema, IReadOnlyList<BackupEntry> Files);

/// <summary>A file of a backup.</summary>
internal sealed record BackupEntry(string Name, long Size, byte[] Sha256);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(BackupManifest))]
internal sealed partial class BackupJson : JsonSerializerContext;
