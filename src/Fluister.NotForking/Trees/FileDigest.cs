namespace Fluister.NotForking.Trees;

/// <summary>What a file's bytes, or a link's target, are known by.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Sha512">In lower hex: what an output's index holds.</param>
/// <param name="Sha256">In lower hex: what a lock holds.</param>
public readonly record struct FileDigest(long Size, string Sha512, string Sha256);
