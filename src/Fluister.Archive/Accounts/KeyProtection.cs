using Fluister.Cryptography;

namespace Fluister.Archive.Accounts;

/// <summary>What an account's store key is protected by.</summary>
public enum KeyProtector
{
    /// <summary>A file of 64 hexadecimal digits.</summary>
    KeyFile,

    /// <summary>A passphrase, through Argon2id.</summary>
    Passphrase,

    /// <summary>The freedesktop.org Secret Service of the person's session.</summary>
    SecretService,
}

/// <summary>What a person gives to protect an account's store key, or to open it. The caller owns the secret.</summary>
/// <param name="Protector">Which.</param>
/// <param name="Path">Of the key file.</param>
/// <param name="Secret">The passphrase, as text in UTF-8.</param>
public sealed record KeyProtection(KeyProtector Protector, string? Path, Secret? Secret)
{
    /// <summary>The Secret Service of this session.</summary>
    public static KeyProtection SecretService { get; } = new(KeyProtector.SecretService, null, null);

    /// <summary>A key file; it is made where it is missing and a key is to be protected.</summary>
    public static KeyProtection KeyFile(string path) => new(KeyProtector.KeyFile, System.IO.Path.GetFullPath(path), null);

    /// <summary>A passphrase.</summary>
    public static KeyProtection Passphrase(Secret passphrase) => new(KeyProtector.Passphrase, null, passphrase);
}
