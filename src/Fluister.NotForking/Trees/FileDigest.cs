namespace Fluister.NotForking.Trees;

/// <summary>What a file's bytes are known by in an output's index.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="Sha512">In lower hex.</param>
public readonly record struct FileDigest(long Size, string Sha512);
