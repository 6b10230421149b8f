namespace Fluister.Server.Operations;

/// <summary>What the doctor found.</summary>
/// <param name="Subject">One word for what was looked at.</param>
/// <param name="Told">What was seen.</param>
/// <param name="Remedy">What to do; none where all is well.</param>
internal sealed record Finding(string Subject, string Told, string? Remedy = null);
