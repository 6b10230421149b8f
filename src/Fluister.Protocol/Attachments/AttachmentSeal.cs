namespace Fluister.Protocol.Attachments;

/// <summary>What the sender says of an encrypted attachment, beside its key: by this the receiver knows it again.</summary>
/// <param name="Size">Bytes of the attachment itself, without padding.</param>
/// <param name="Digest">SHA-256 of all encrypted bytes, or empty where only the plaintext's hash is known.</param>
/// <param name="PlaintextHash">SHA-256 of the attachment itself, or empty where only the digest is known.</param>
/// <param name="ChunkBytes">Bytes of a chunk that has a MAC of its own; 0 for none.</param>
/// <param name="ChunkMacs">The MACs of the chunks, 32 bytes each; empty for none.</param>
public sealed record AttachmentSeal(
    long Size, ReadOnlyMemory<byte> Digest, ReadOnlyMemory<byte> PlaintextHash, int ChunkBytes, ReadOnlyMemory<byte> ChunkMacs);
