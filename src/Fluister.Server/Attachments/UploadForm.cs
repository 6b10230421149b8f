namespace Fluister.Server.Attachments;

/// <summary>Where and how a client uploads one attachment.</summary>
/// <param name="Cdn">Which protocol: 3, which is TUS (tus.io).</param>
/// <param name="Key">The attachment's name, which nobody can guess.</param>
/// <param name="Headers">What the client sends with the upload: its right to it.</param>
/// <param name="Location">Where the upload begins.</param>
internal sealed record UploadForm(int Cdn, string Key, IReadOnlyDictionary<string, string> Headers, Uri Location);
