namespace Fluister.Archive.Exports.Output;

/// <summary>What a file may be shown as.</summary>
internal enum MediaKind
{
    /// <summary>Only told of, or copied out under a harmless extension.</summary>
    File,

    /// <summary>A picture that browsers show.</summary>
    Image,

    /// <summary>Sound that browsers play.</summary>
    Audio,

    /// <summary>A film that browsers play.</summary>
    Video,
}

/// <summary>The content types that are trusted to be nothing but pictures, sound, films and papers.</summary>
internal static class MediaTypes
{
    // SVG and HTML are programs; they are not here on purpose.
    private static readonly Dictionary<string, (MediaKind Kind, string Extension)> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["image/jpeg"] = (MediaKind.Image, "jpg"),
        ["image/png"] = (MediaKind.Image, "png"),
        ["image/gif"] = (MediaKind.Image, "gif"),
        ["image/webp"] = (MediaKind.Image, "webp"),
        ["image/avif"] = (MediaKind.Image, "avif"),
        ["image/apng"] = (MediaKind.Image, "png"),
        ["image/bmp"] = (MediaKind.Image, "bmp"),
        ["image/heic"] = (MediaKind.File, "heic"),
        ["image/heif"] = (MediaKind.File, "heif"),
        ["image/tiff"] = (MediaKind.File, "tiff"),
        ["audio/aac"] = (MediaKind.Audio, "aac"),
        ["audio/mp4"] = (MediaKind.Audio, "m4a"),
        ["audio/mpeg"] = (MediaKind.Audio, "mp3"),
        ["audio/ogg"] = (MediaKind.Audio, "ogg"),
        ["audio/opus"] = (MediaKind.Audio, "opus"),
        ["audio/wav"] = (MediaKind.Audio, "wav"),
        ["audio/x-wav"] = (MediaKind.Audio, "wav"),
        ["audio/webm"] = (MediaKind.Audio, "weba"),
        ["audio/flac"] = (MediaKind.Audio, "flac"),
        ["video/mp4"] = (MediaKind.Video, "mp4"),
        ["video/webm"] = (MediaKind.Video, "webm"),
        ["video/ogg"] = (MediaKind.Video, "ogv"),
        ["video/quicktime"] = (MediaKind.File, "mov"),
        ["video/3gpp"] = (MediaKind.File, "3gp"),
        ["application/pdf"] = (MediaKind.File, "pdf"),
        ["application/zip"] = (MediaKind.File, "zip"),
        ["text/plain"] = (MediaKind.File, "txt"),
        ["text/csv"] = (MediaKind.File, "csv"),
        ["text/x-signal-plain"] = (MediaKind.File, "txt"),
    };

    /// <summary>What a file of this type may be shown as.</summary>
    internal static MediaKind Kind(string contentType) => Known.GetValueOrDefault(Bare(contentType)).Kind;

    /// <summary>The extension to copy it out under; "bin" for every type that is not known.</summary>
    internal static string Extension(string contentType) =>
        Known.TryGetValue(Bare(contentType), out var known) ? known.Extension : "bin";

    /// <summary>The type as we write it, never as the sender did.</summary>
    internal static string Canonical(string contentType) =>
        Known.ContainsKey(Bare(contentType)) ? Bare(contentType).ToLowerInvariant() : "application/octet-stream";

    // "audio/ogg; codecs=opus" is still "audio/ogg" (RFC 9110, 8.3.1).
    private static string Bare(string contentType) =>
        contentType.IndexOf(';', StringComparison.Ordinal) is > 0 and var end ? contentType[..end].Trim() : contentType;
}
