namespace Fluister.Server.Attachments;

/// <summary>An attachment, or an upload that is under way.</summary>
/// <param name="Key">Its name, which whoever downloads must know.</param>
/// <param name="Aci">Whose quota it counts against.</param>
/// <param name="Length">How many bytes it has, or will have.</param>
/// <param name="Hash">SHA-256 of its bytes, which names its file; none while some are missing.</param>
/// <param name="Created">When its upload began.</param>
/// <param name="Expires">When it goes.</param>
internal sealed record Attachment(Guid Key, Guid Aci, long Length, byte[]? Hash, DateTimeOffset Created, DateTimeOffset Expires);
