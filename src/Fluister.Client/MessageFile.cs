namespace Fluister.Client;

/// <summary>A file of a message, open for reading: its plain bytes, none before all of it was found authentic.</summary>
/// <param name="Name">As its sender called it; not safe as a path. Null where it has no name.</param>
/// <param name="ContentType">As its sender said.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Content">The bytes.</param>
public sealed record MessageFile(string? Name, string ContentType, long Size, Stream Content) : IDisposable
{
    /// <summary>Closes it.</summary>
    public void Dispose() => Content.Dispose();
}
