using System.Text.Json.Serialization;
using Fluister.Archive.Exports;

namespace Fluister.Cli.Commands;

/// <summary>Source-generated JSON for reports: no reflection at start.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExportReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
