namespace Fluister.Protocol.Profiles;

/// <summary>The name that people see: a given name, and a family name or none.</summary>
public sealed record ProfileName(string Given, string? Family = null);
