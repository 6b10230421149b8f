using Fluister.Protocol.Attachments;

namespace Fluister.Client.Attachments;

/// <summary>An attachment that lies at the server: what a message says of it.</summary>
/// <param name="Key">64 bytes.</param>
/// <param name="Seal">Size, digest, and MACs of chunks.</param>
/// <param name="Cdn">Which storage, by Signal's number.</param>
/// <param name="CdnKey">Its key there.</param>
/// <param name="At">When it was uploaded.</param>
internal sealed record UploadedAttachment(ReadOnlyMemory<byte> Key, AttachmentSeal Seal, int Cdn, string CdnKey, DateTimeOffset At);
