namespace Fluister.Client.Attachments;

/// <summary>A file next to the store, encrypted as Signal Desktop's version 2: what the store keeps of it.</summary>
/// <param name="Path">Below the folder of attachments: two digits, a slash, 64 digits.</param>
/// <param name="LocalKey">Base64 of 32 bytes for AES and 32 for HMAC, good for this file alone.</param>
/// <param name="Size">Bytes of the plain file.</param>
/// <param name="PlaintextHash">SHA-256 of the plain file, hexadecimal.</param>
internal sealed record LocalFile(string Path, string LocalKey, long Size, string PlaintextHash)
{
    /// <summary>The version of the form.</summary>
    public const int Version = 2;
}
