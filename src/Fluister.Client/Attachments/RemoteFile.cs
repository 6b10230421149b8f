using Fluister.Protocol.Attachments;

namespace Fluister.Client.Attachments;

/// <summary>An attachment at a server, as a message names it: none of it is to be trusted.</summary>
/// <param name="Cdn">Which storage, by Signal's number.</param>
/// <param name="CdnKey">Its key there.</param>
/// <param name="Key">64 bytes.</param>
/// <param name="Seal">Size, digest or hash, and MACs of chunks.</param>
internal sealed record RemoteFile(int Cdn, string CdnKey, ReadOnlyMemory<byte> Key, AttachmentSeal Seal);
