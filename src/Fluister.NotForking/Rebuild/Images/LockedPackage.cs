namespace Fluister.NotForking.Rebuild.Images;

/// <summary>A Debian package.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Where it lies in Debian's archive: "pool/...".</param>
/// <param name="Hash">SHA-256 of the file.</param>
internal sealed record LockedPackage(string Name, string Path, string Hash);
