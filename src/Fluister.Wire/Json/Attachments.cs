namespace Fluister.Wire.Json;

/// <summary>Where and how an attachment is uploaded.</summary>
public sealed record UploadFormJson(int Cdn, string Key, IReadOnlyDictionary<string, string> Headers, string SignedUploadLocation);
